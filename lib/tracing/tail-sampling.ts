import { SpanStatusCode } from '@opentelemetry/api';
import { AttributeKey, SpanType, TraceKey } from '../entities/attributes.js';
import { costFromJson } from '../entities/cost.js';
import type { Trace } from '../entities/trace.js';
import { CallbackError, type TracingError } from '../errors.js';
import { answerNow } from '../utils/answer-now.js';
import { now } from '../utils/clock.js';
import { parseJson } from '../utils/parse-json.js';
import { sentence } from '../utils/sentence.js';
import { type Contexts, callSuppressed } from './contexts.js';
import { describe } from './exception-facts.js';
import { freezeTrace, usageOfSpans } from './freeze-trace.js';
import type { LiveTrace } from './live-trace.js';
import type { RecordingSpan } from './recording-span.js';
import { spansOf } from './span-list.js';

/** Traces that are worth keeping although `sampleRatio` leaves them out. Each process decides for its own part of a trace. */
export interface KeepOptions {
  /**
   * Those that failed, and those in which anything failed that says what it is (an LLM call, a tool, an agent), also where the program
   * went on (`TRACED_AGENTS_KEEP_ERRORS`). Spans of type `UNKNOWN` count only as roots. @default false
   */
  readonly errors?: boolean;
  /** Those that took longer, in ms (`TRACED_AGENTS_KEEP_SLOWER_THAN_MS`). @default none */
  readonly slowerThanMs?: number;
  /** Those with a larger total of tokens (`TRACED_AGENTS_KEEP_MORE_TOKENS_THAN`). @default none */
  readonly moreTokensThan?: number;
  /**
   * Those whose spans tell of a higher cost (`mlflow.llm.cost`), in US dollars; nothing is priced here
   * (`TRACED_AGENTS_KEEP_MORE_COST_THAN`). @default none
   */
  readonly moreCostThan?: number;
  /**
   * Asked last, for a trace that no other reason keeps; it must answer at once. Where it throws, the trace is kept, and `onError` is
   * told. @default none
   */
  readonly when?: (trace: Trace) => boolean;
}

/** The same with everything said. */
export type KeepRules = { readonly [Rule in keyof KeepOptions]-?: KeepOptions[Rule] | undefined };

/** What the decision needs of its surroundings. */
export interface TailSamplingParts {
  readonly contexts: Contexts;
  readonly onError: (error: TracingError) => void;
}

/** Stands in the metadata of a trace that was kept. */
type Reason = 'error' | 'slow' | 'tokens' | 'cost' | 'when';

/** Decides of traces that have ended, and that `sampleRatio` leaves out, whether they are kept for what is in them. */
export class TailSampling {
  /** Whether any could be: every trace has to be recorded then. */
  readonly isOn: boolean;
  readonly #rules: KeepRules;
  readonly #parts: TailSamplingParts;
  #undecided = 0;

  constructor(rules: KeepRules, parts: TailSamplingParts) {
    this.#rules = rules;
    this.#parts = parts;
    const { errors, ...others } = rules;
    this.isOn = errors === true || Object.values(others).some((rule) => rule !== undefined);
  }

  /** Traces that are looked at just now: a callback of the user's may ask for the counts. */
  get undecided(): number {
    return this.#undecided;
  }

  /** Notes the reason in the metadata of a trace that is kept. Never throws. */
  keeps(trace: LiveTrace): boolean {
    this.#undecided += 1;
    const reason = factIn(trace, this.#rules) ?? this.#wish(trace);
    this.#undecided -= 1;
    if (reason === undefined) return false;
    trace.metadata = { ...trace.metadata, [TraceKey.keptFor]: reason };
    return true;
  }

  #wish(trace: LiveTrace): Reason | undefined {
    const { when } = this.#rules;
    if (when === undefined) return undefined;
    try {
      return answerNow(callSuppressed(this.#parts.contexts, () => when(freezeTrace(trace)))) === true
        ? 'when'
        : undefined;
    } catch (cause) {
      const message = sentence(`The callback 'keep.when' failed, and its trace is kept: ${describe(cause)}`);
      this.#parts.onError(new CallbackError(message, { cause }));
      return 'when';
    }
  }
}

function factIn(
  trace: LiveTrace,
  { errors, slowerThanMs, moreTokensThan, moreCostThan }: KeepRules,
): Reason | undefined {
  const spans = spansOf(trace);
  if (errors === true && spans.some(isFailure)) return 'error';
  if (slowerThanMs !== undefined && durationOf(trace) > slowerThanMs) return 'slow';
  if (moreTokensThan !== undefined && (usageOfSpans(spans)?.totalTokens ?? 0) > moreTokensThan) return 'tokens';
  if (moreCostThan !== undefined && costOf(spans) > moreCostThan) return 'cost';
  return undefined;
}

const unknownType = JSON.stringify(SpanType.unknown);

function isFailure(span: RecordingSpan, index: number): boolean {
  if (span.statusCode !== SpanStatusCode.ERROR) return false;
  // A request of a library that it then tries again is none of the agent's failures.
  return index === 0 || (span.attributes?.get(AttributeKey.spanType) ?? span.definition.typeText) !== unknownType;
}

/** In ms; of a trace that leaves before its root has ended, until now. */
function durationOf({ root, startMoment }: LiveTrace): number {
  if (root === undefined) return now() - startMoment;
  return (root.endMoment ?? now()) - root.startMoment;
}

/** In US dollars. As with tokens, a span counts only if none above it tells its own. */
function costOf(spans: readonly RecordingSpan[]): number {
  const costs = new Map<RecordingSpan, number>();
  for (const span of spans) {
    const text = span.attributes?.get(AttributeKey.cost);
    const cost = text === undefined ? undefined : costFromJson(parseJson(text));
    if (cost !== undefined) costs.set(span, cost.totalCost);
  }
  let total = 0;
  for (const [span, cost] of costs) if (!hasAbove(span, costs)) total += cost;
  return total;
}

function hasAbove(span: RecordingSpan, spans: ReadonlyMap<RecordingSpan, number>): boolean {
  for (let above = span.parent; above !== undefined; above = above.parent) if (spans.has(above)) return true;
  return false;
}

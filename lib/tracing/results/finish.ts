import { SpanStatusCode } from '@opentelemetry/api';
import { AttributeKey, SpanType } from '../../entities/attributes.js';
import type { TokenUsage } from '../../entities/token-usage.js';
import { readTokenUsage } from '../../usage/read-token-usage.js';
import { answerNow } from '../../utils/answer-now.js';
import { completeUsage } from '../complete-usage.js';
import { spendTokens } from '../live-budget.js';
import type { OpenCall, TracedCall } from '../open-call.js';
import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';
import type { SpanDefinition } from '../span-definition.js';
import { toolCallsIn } from '../tool-call-parts.js';
import { AskedToolCalls } from '../tool-calls.js';
import { Clue } from './clues.js';
import { modelAnswering, modelAsked } from './model-of.js';
import { failureToldBy } from './tool-failure.js';

/** How a call ended: with a value, with an exception, or in an object that shows nobody what it comes to (frozen). */
export type Outcome = ValueOutcome | { readonly thrown: unknown } | typeof unseen;

interface ValueOutcome {
  readonly value: unknown;
  /** What a model's answer may hold. @default anything */
  readonly clues?: number;
}

/** The outcome of a call whose result cannot be watched. */
export const unseen = { isUnseen: true } as const;

/** A span that is to end. The call it stands for may be gone, with the stream that it gave. */
export interface EndingSpan extends Pick<OpenCall, 'span' | 'recorder'> {
  readonly call: TracedCall | undefined;
}

/** Ends the span of a call with its outcome. Never throws: the caller is about to get the same outcome. */
export function finish(ending: EndingSpan, outcome: Outcome): void {
  const { span, recorder } = ending;
  if (span.hasEnded) return;
  try {
    if (span.isRecording()) record(ending, outcome);
    if (span.trace.hasBudget) countTokens(ending, outcome);
  } catch (cause) {
    recorder.onCallbackError(cause, `recording the outcome of '${span.name}'`);
  }
  span.end();
}

/** Budgets hold in traces that are not kept, too. */
function countTokens({ span, recorder }: EndingSpan, outcome: Outcome): void {
  if ('value' in outcome) span.usage ??= usageOf(span.definition, recorder, outcome);
  spendTokens(span);
}

function record({ span, recorder, call }: EndingSpan, outcome: Outcome): void {
  if ('thrown' in outcome) span.fail(outcome.thrown);
  else if ('value' in outcome) recordValue(span, recorder, outcome);
  else span.setAttribute(AttributeKey.unfinished, true);
  if (call === undefined) return;
  if (span.definition.isModelCall && !isModelNoted(span)) setModel(span, modelAsked(call));
  if (span.definition.attributes !== undefined) recordAttributes({ span, recorder, call }, outcome);
}

function recordValue(span: RecordingSpan, recorder: Recorder, outcome: ValueOutcome): void {
  const { definition } = span;
  if (definition.captureOutputs && span.outputs === undefined) {
    span.outputs = span.trace.captureText(outcome.value, 'outputs');
  }
  if (span.usage === undefined) span.usage = usageOf(definition, recorder, outcome);
  if (definition.type === SpanType.tool) recordToldFailure(span, outcome.value);
  if (span.statusCode === SpanStatusCode.UNSET) span.statusCode = SpanStatusCode.OK;
  if (definition.isModelCall) recordAnswer(span, outcome);
}

/** The model that answered, as the provider names it (else the one that was asked counts), and what it asks for. */
function recordAnswer(span: RecordingSpan, outcome: ValueOutcome): void {
  if (mayHold(outcome, Clue.model)) noteModel(span, outcome.value);
  if (mayHold(outcome, Clue.calls)) noteToolCalls(span, outcome.value);
}

function mayHold({ clues }: ValueOutcome, clue: number): boolean {
  return clues === undefined || (clues & clue) !== 0;
}

/** The text is a part of the outputs. */
function recordToldFailure(span: RecordingSpan, answer: unknown): void {
  const text = span.statusCode === SpanStatusCode.UNSET ? failureToldBy(answer) : undefined;
  if (text === undefined) return;
  span.setStatus({ code: SpanStatusCode.ERROR, message: span.definition.captureOutputs ? text : '' });
}

function usageOf(definition: SpanDefinition, recorder: Recorder, outcome: ValueOutcome): TokenUsage | undefined {
  const { usage, isModelCall, functionName } = definition;
  if (usage === undefined)
    return isModelCall && mayHold(outcome, Clue.usage) ? readTokenUsage(outcome.value) : undefined;
  try {
    return completeUsage(answerNow(usage(outcome.value)));
  } catch (cause) {
    recorder.onCallbackError(cause, `the 'usage' callback of '${functionName}'`);
    return undefined;
  }
}

/** What the model asks for is done in this trace, if at all: the spans of tools will tell which call they answer. */
export function noteToolCalls({ trace, spanId }: RecordingSpan, answer: unknown): void {
  const calls = toolCallsIn(answer);
  if (calls.length === 0) return;
  trace.asked ??= new AskedToolCalls();
  trace.asked.add(calls, spanId);
}

/** The model that an answer, or a chunk of one, names. The first word counts, and the decorator's own before all. */
export function noteModel(span: RecordingSpan, answer: unknown): void {
  if (!isModelNoted(span)) setModel(span, modelAnswering(answer));
}

function isModelNoted({ definition, attributes }: RecordingSpan): boolean {
  return definition.isModelKnown || attributes?.has(AttributeKey.model) === true;
}

function setModel(span: RecordingSpan, model: string | undefined): void {
  if (model !== undefined) span.setAttribute(AttributeKey.model, model);
}

function recordAttributes({ span, recorder, call }: Omit<OpenCall, 'context'>, outcome: Outcome): void {
  const facts = {
    args: Array.from(call.args),
    self: call.self,
    result: 'value' in outcome ? outcome.value : undefined,
    error: 'thrown' in outcome ? outcome.thrown : undefined,
  };
  try {
    for (const [key, value] of Object.entries(answerNow(call.definition.attributes?.(facts)) ?? {})) {
      if (value !== undefined) span.setAttribute(key, value as object); // any value: it is captured as JSON
    }
  } catch (cause) {
    recorder.onCallbackError(cause, `the 'attributes' callback of '${call.definition.functionName}'`);
  }
}

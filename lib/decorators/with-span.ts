import type { SpanType } from '../entities/attributes.js';
import { AttributeKey, SpanType as types } from '../entities/attributes.js';
import { active } from '../tracing/active-recorder.js';
import { withSpanInContext } from '../tracing/contexts.js';
import type { LiveSpan } from '../tracing/live-span.js';
import { definitionOfType } from '../tracing/native-definition.js';
import { nonRecordingSpan } from '../tracing/non-recording-span.js';
import { runWithSpan } from '../tracing/run-in-span.js';

/** What a span made by hand begins with. */
export interface WithSpanOptions {
  readonly name: string;
  /** @default 'UNKNOWN' */
  readonly type?: SpanType;
  /** What goes in. @default none */
  readonly inputs?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The model's name, for spans of LLM calls. */
  readonly model?: string;
  /** Who serves the model. */
  readonly provider?: string;
}

/**
 * Runs a function in a span of its own and gives back what it returns, or throws what it throws. The result is kept as the
 * span's outputs, unless the function sets others. For type `LLM` and `CHAT_MODEL` the token usage is read off the result.
 *
 * @example
 * ```ts
 * const rows = await withSpan({ name: 'load rows', type: 'RETRIEVER', inputs: { table: 't' } }, async (span) => {
 *   span.setAttribute('source', 'cache');
 *   return ['a', 'b'];
 * });
 * ```
 */
export function withSpan<Result>(options: WithSpanOptions, fn: (span: LiveSpan) => Result): Result {
  const recorder = active.current;
  if (recorder === undefined) return fn(nonRecordingSpan);
  const context = recorder.contexts.active();
  const definition = definitionOfType(options.type ?? types.unknown);
  const name = recorder.capture.text(String(options.name), 'name');
  const span = recorder.startSpan(context, {
    definition,
    name,
    parent: recorder.spanIn(context),
    agent: definition,
    agentName: undefined,
  });
  if (span === undefined) return fn(nonRecordingSpan);
  if (options.inputs !== undefined) span.setInputs(options.inputs);
  if (options.model !== undefined) span.setAttribute(AttributeKey.model, options.model);
  if (options.provider !== undefined) span.setAttribute(AttributeKey.provider, options.provider);
  for (const [key, value] of Object.entries(options.attributes ?? {})) span.setAttribute(key, value as object); // any value
  const call = { definition, target: fn, self: undefined, args: [span] };
  return runWithSpan({ recorder, span, call, context: withSpanInContext(recorder.contexts, context, span) }) as Result; // what fn returned
}

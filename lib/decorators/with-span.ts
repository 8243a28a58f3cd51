import type { SpanType } from '../entities/attributes.js';
import { AttributeKey, SpanType as types } from '../entities/attributes.js';
import { active } from '../tracing/active-recorder.js';
import { withSpanInContext } from '../tracing/contexts.js';
import type { LiveSpan } from '../tracing/live-span.js';
import { definitionOfType } from '../tracing/native-definition.js';
import { nonRecordingSpan } from '../tracing/non-recording-span.js';
import type { OpenCall } from '../tracing/open-call.js';
import type { Recorder } from '../tracing/recorder.js';
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
 * Options that cannot be read are told to `onError`; the function runs all the same.
 *
 * @throws {TypeError} when it is not given a function.
 * @example
 * ```ts
 * const rows = await withSpan({ name: 'load rows', type: 'RETRIEVER', inputs: { table: 't' } }, async (span) => {
 *   span.setAttribute('source', 'cache');
 *   return ['a', 'b'];
 * });
 *
 * const total = withSpan('add up', () => 1 + 2); // a name alone
 * ```
 */
export function withSpan<Result>(nameOrOptions: string | WithSpanOptions, fn: (span: LiveSpan) => Result): Result {
  if (typeof fn !== 'function')
    throw new TypeError(`withSpan() runs a function, but got ${typeof fn}. Give it one: withSpan('name', () => ...).`);
  const recorder = active.current;
  if (recorder === undefined) return fn(nonRecordingSpan);
  const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : nameOrOptions;
  const open = openCall(recorder, options, fn);
  if (open === undefined) return fn(nonRecordingSpan);
  describe(open, options);
  return runWithSpan(open) as Result; // what fn returned
}

function openCall(recorder: Recorder, options: WithSpanOptions, fn: (span: LiveSpan) => unknown): OpenCall | undefined {
  try {
    const definition = definitionOfType(String(options.type ?? types.unknown) as SpanType); // whatever else it is, a text
    const context = recorder.contexts.active();
    const span = recorder.startSpan(context, {
      definition,
      name: recorder.capture.text(String(options.name), 'name'),
      parent: recorder.spanIn(context),
      agent: definition,
      agentName: undefined,
      self: undefined,
    });
    if (span === undefined) return undefined;
    const call = { definition, target: fn, self: undefined, args: [span] };
    return { recorder, span, call, context: withSpanInContext(recorder.contexts, context, span) };
  } catch (cause) {
    recorder.onCallbackError(cause, 'reading the name and type that withSpan() was given');
    return undefined;
  }
}

/** What is read before something cannot be read is kept. */
function describe({ recorder, span }: OpenCall, options: WithSpanOptions): void {
  try {
    if (options.inputs !== undefined) span.setInputs(options.inputs);
    if (options.model !== undefined) span.setAttribute(AttributeKey.model, options.model);
    if (options.provider !== undefined) span.setAttribute(AttributeKey.provider, options.provider);
    const { attributes = {} } = options;
    for (const key of Object.keys(attributes)) span.setAttribute(key, attributes[key] as object); // any value
  } catch (cause) {
    recorder.onCallbackError(cause, `reading the options of the span '${span.name}'`);
  }
}

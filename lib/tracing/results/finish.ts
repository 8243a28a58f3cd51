import { SpanStatusCode } from '@opentelemetry/api';
import { AttributeKey } from '../../entities/attributes.js';
import type { TokenUsage } from '../../entities/token-usage.js';
import { ownField, ownObject } from '../../usage/own-fields.js';
import { readTokenUsage } from '../../usage/read-token-usage.js';
import { answerNow } from '../../utils/answer-now.js';
import { isHidden } from '../capture/argument-names.js';
import { completeUsage } from '../complete-usage.js';
import { spendTokens } from '../live-budget.js';
import type { OpenCall, TracedCall } from '../open-call.js';
import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';
import type { SpanDefinition } from '../span-definition.js';
import { toolCallsIn } from '../tool-call-parts.js';
import { AskedToolCalls } from '../tool-calls.js';

/** How a call ended: with a value, with an exception, or in an object that shows nobody what it comes to (frozen). */
export type Outcome = { readonly value: unknown } | { readonly thrown: unknown } | typeof unseen;

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
  if ('value' in outcome) span.usage ??= usageOf(span.definition, recorder, outcome.value);
  spendTokens(span);
}

function record({ span, recorder, call }: EndingSpan, outcome: Outcome): void {
  if ('thrown' in outcome) {
    span.fail(outcome.thrown);
  } else if ('value' in outcome) {
    recordValue(span, recorder, outcome.value);
    if (span.statusCode === SpanStatusCode.UNSET) span.statusCode = SpanStatusCode.OK;
  } else {
    span.setAttribute(AttributeKey.unfinished, true);
  }
  if (span.definition.isModelCall) {
    recordModel(span, call, outcome);
    if ('value' in outcome) noteToolCalls(span, outcome.value);
  }
  if (span.definition.attributes !== undefined && call !== undefined)
    recordAttributes({ span, recorder, call }, outcome);
}

function recordValue(span: RecordingSpan, recorder: Recorder, value: unknown): void {
  if (span.definition.captureOutputs && span.outputs === undefined) {
    span.outputs = span.trace.captureText(value, 'outputs');
  }
  if (span.usage === undefined) span.usage = usageOf(span.definition, recorder, value);
}

function usageOf(definition: SpanDefinition, recorder: Recorder, value: unknown): TokenUsage | undefined {
  const { usage, isModelCall, functionName } = definition;
  if (usage === undefined) return isModelCall ? readTokenUsage(value) : undefined;
  try {
    return completeUsage(answerNow(usage(value)));
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

/** The model that answered, as the provider names it; else the one that was asked. The decorator's own word comes first. */
function recordModel(span: RecordingSpan, call: TracedCall | undefined, outcome: Outcome): void {
  if (span.definition.isModelKnown) return;
  const model = ('value' in outcome ? modelIn(outcome.value) : undefined) ?? (call && modelAsked(call));
  if (model !== undefined && span.attributes?.has(AttributeKey.model) !== true) {
    span.setAttribute(AttributeKey.model, model);
  }
}

/**
 * An answer's `model`, or that of a stream's first chunk. Events of Anthropic and of OpenAI's responses hold the answer that begins
 * with them; Gemini says `modelVersion`.
 */
function modelIn(value: unknown): string | undefined {
  try {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first !== 'object' || first === null) return undefined;
    const answer = ownObject(first, 'message', 'response');
    return ownText(first, 'model') ?? ownText(first, 'modelVersion') ?? (answer && ownText(answer, 'model'));
  } catch {
    return undefined; // a proxy may throw at any question, even whether it is an array
  }
}

function ownText(holder: object, name: string): string | undefined {
  const text = Object.hasOwn(holder, name) ? ownField(holder, name) : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** An argument called `model`, or the `model` of a request. */
function modelAsked({ args, definition: { argumentNames } }: TracedCall): string | undefined {
  const { modelIndex } = argumentNames;
  const named = modelIndex === -1 ? undefined : args[modelIndex];
  return typeof named === 'string' ? named : modelIn(isHidden(0, argumentNames) ? undefined : args[0]);
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

import { AttributeKey, SpanType } from '../entities/attributes.js';
import { withSpanInContext } from './contexts.js';
import { noteResult, openBudget, refusalOf, refuse } from './live-budget.js';
import type { OpenCall, TracedCall } from './open-call.js';
import type { Recorder } from './recorder.js';
import type { RecordingSpan } from './recording-span.js';
import { finish } from './results/finish.js';
import { settle, settleAsync } from './results/settle.js';
import { conversationAround, hear, noteHeard } from './run-in-conversation.js';
import { toldCallId } from './told-call-id.js';

/**
 * Here a decorated call becomes a span: it opens under the current one, keeps the inputs as they are now, runs the function
 * with the span current, and ends when the result is there, whether value, promise, stream or exception. What the caller
 * gets is what the function gave.
 */
export function runInSpan(recorder: Recorder, call: TracedCall): unknown {
  const { definition, target, self, args } = call;
  const context = recorder.contexts.active();
  const isMessage = definition.message !== undefined;
  if (isMessage && conversationAround(recorder.spanIn(context))?.mode === 'sender')
    return hear(recorder, call, context);
  const span = recorder.openSpan(definition, context, self);
  if (span === undefined) return Reflect.apply(target, self, args);
  if (isMessage) noteHeard(recorder, span, call);
  if (definition.captureInputs && span.trace.isRecorded) recorder.captureInputs(span, args);
  if (definition.type === SpanType.tool) noteToolCallId(span, args);
  openBudget(span, self);
  return runWithSpan({ recorder, span, call, context: withSpanInContext(recorder.contexts, context, span) });
}

/** Runs the function with the span current, and ends the span with what comes of it. A budget around it may refuse the call. */
export function runWithSpan(open: OpenCall): unknown {
  const refusal = refusalOf(open.span);
  if (refusal !== undefined) {
    finish(open, { thrown: refusal });
    return refuse(open.call, refusal);
  }
  let result: unknown;
  try {
    result = open.recorder.contexts.run(open.context, open.call);
  } catch (thrown) {
    finish(open, { thrown });
    throw thrown;
  }
  if (open.span.trace.hasBudget) noteResult(open.call.target, result);
  return open.call.definition.isAsync ? settleAsync(open, result) : settle(open, result);
}

/** Which call of a model's this one answers: as it is told, else the one among those that were asked for that it fits. */
function noteToolCallId(span: RecordingSpan, args: ArrayLike<unknown>): void {
  const id = toldCallId(args) ?? askedCallId(span);
  if (id !== undefined) span.setAttribute(AttributeKey.toolCallId, id);
}

function askedCallId(span: RecordingSpan): string | undefined {
  const { asked } = span.trace;
  return asked?.take(span.name, span.inputs) ?? asked?.take(span.definition.functionName, span.inputs);
}

import type { Context } from '@opentelemetry/api';
import { AttributeKey } from '../entities/attributes.js';
import { withSpeakerInContext } from './contexts.js';
import type { TracedCall } from './open-call.js';
import type { Recorder } from './recorder.js';
import type { RecordingSpan, SpanConversation } from './recording-span.js';
import type { SaidMessage } from './span-definition.js';

/** The conversation that a span is part of: that of the nearest open span around it which is one. */
export function conversationAround(span: RecordingSpan | undefined): SpanConversation | undefined {
  for (let above = span; above !== undefined; above = above.parent) {
    if (above.conversation !== undefined && !above.hasEnded) return above.conversation;
  }
  return undefined;
}

/** A message reaches an agent: the turn of its sender is over, and what is done in the call is the work of who hears it. */
export function hear(recorder: Recorder, call: TracedCall, context: Context): unknown {
  const conversation = conversationAround(recorder.spanIn(context));
  const message = conversation === undefined ? undefined : readMessage(recorder, call);
  if (message !== undefined) conversation?.say(message);
  const speaker = { agent: call.self, name: message?.toName };
  return recorder.contexts.run(withSpeakerInContext(context, speaker), call);
}

/** Tells the span of a call that takes a message what it heard, and in which turn. */
export function noteHeard(recorder: Recorder, span: RecordingSpan, call: TracedCall): void {
  const conversation = conversationAround(span.parent);
  const message = readMessage(recorder, call);
  if (message === undefined) return;
  if (conversation !== undefined && message.toName !== undefined) span.name = message.toName;
  span.setAttribute(AttributeKey.messageFrom, message.fromName);
  if (message.toName !== undefined) span.setAttribute(AttributeKey.messageTo, message.toName);
  if (conversation !== undefined) span.setAttribute(AttributeKey.turnIndex, conversation.nextTurn());
}

/** What the user's own callbacks read may throw; the call goes on. */
function readMessage(recorder: Recorder, call: TracedCall): SaidMessage | undefined {
  try {
    return call.definition.message?.(call);
  } catch (cause) {
    recorder.onCallbackError(cause, `reading the message of '${call.definition.functionName}'`);
    return undefined;
  }
}

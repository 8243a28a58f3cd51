import type { Context } from '@opentelemetry/api';
import { AttributeKey } from '../entities/attributes.js';
import { branchBudgets } from './live-budget.js';
import type { TracedCall } from './open-call.js';
import type { Recorder } from './recorder.js';
import type { RecordingSpan } from './recording-span.js';
import type { Branch, SpanConversation } from './span-conversation.js';
import type { SaidMessage } from './span-definition.js';
import { branchIn, withBranchInContext } from './surroundings.js';

/** The conversation that a span is part of, if it goes on: what is said too late belongs to none further out. */
export function conversationAround(span: RecordingSpan | undefined): SpanConversation<RecordingSpan> | undefined {
  for (let above = span; above !== undefined; above = above.parent) {
    if (above.conversation !== undefined) return above.hasEnded ? undefined : above.conversation;
  }
  return undefined;
}

/** A message reaches an agent: the turn of its sender is over, and what is done in the call is the work of who hears it. */
export function hear(recorder: Recorder, call: TracedCall, context: Context): unknown {
  const span = recorder.spanIn(context);
  const conversation = conversationAround(span);
  if (conversation === undefined || span === undefined) return Reflect.apply(call.target, call.self, call.args);
  const outer = branchIn(context);
  if (outer !== undefined && isSuperCall(call, outer)) return Reflect.apply(call.target, call.self, call.args);
  const message = readMessage(recorder, call);
  if (message !== undefined) conversation.say(message, outer);
  const agent = { agent: call.self, name: message?.toName };
  const branch = { ...agent, conversation, definition: call.definition, budgets: branchBudgets(agent, span, outer) };
  return recorder.contexts.run(withBranchInContext(context, branch), call);
}

/** The same method of the same object, but another definition: the message is heard already. */
function isSuperCall({ definition, self }: TracedCall, { agent, definition: heard }: Branch): boolean {
  return agent === self && heard !== definition && heard.key === definition.key;
}

/** Tells the span of a call that takes a message what it heard, and in which turn. */
export function noteHeard(recorder: Recorder, span: RecordingSpan, call: TracedCall): void {
  const conversation = conversationAround(span.parent);
  const message = readMessage(recorder, call);
  if (message === undefined) return;
  if (conversation !== undefined && message.toName !== undefined) span.updateName(message.toName);
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

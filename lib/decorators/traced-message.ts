import { SpanType } from '../entities/attributes.js';
import type { MessageCall, SaidMessage } from '../tracing/span-definition.js';
import { agentNameFor, entryNamer } from './agent-class.js';
import type { MessageOptions } from './conversation-options.js';
import { defineSpan } from './define-span.js';
import { type AnyArguments, type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { checkOptions } from './options.js';
import { sensitivePositionsOf } from './sensitive.js';
import { traceCallable } from './trace-callable.js';

/**
 * The method takes a message from another agent, as AG2's `receive` does. In a conversation the call says that the turn of its
 * sender is over; outside of one it is an entry of the agent like any other.
 *
 * @throws {TypeError} at decoration, on anything but a method and for options it does not know.
 * @example
 * ```ts
 * class Listener {
 *   readonly name = 'listener';
 *   @TracedMessage({ message: (letter: { text: string; by: string }) => letter.text, sender: (letter) => letter.by })
 *   hear(letter: { text: string; by: string }) { return letter.text.length; }
 * }
 * ```
 */
export function TracedMessage(
  options: MessageOptions = {},
  ...rest: never[]
): TracedMethodDecorator<AnyArguments, Anything> {
  checkOptions('TracedMessage', [options, ...rest]);
  return methodDecorator('TracedMessage', (method, { key, owner }) =>
    traceCallable(
      method,
      defineSpan(method, {
        type: SpanType.agent,
        key,
        functionName: String(key),
        options: {},
        entry: 'explicit',
        nameOf: entryNamer(String(key)),
        message: messageReader(options),
        sensitivePositions: sensitivePositionsOf(owner, key),
      }),
    ),
  );
}

function messageReader({
  message = (first) => first,
  sender = (_first, second) => second,
  valid = () => true,
}: MessageOptions): (call: MessageCall) => SaidMessage {
  return ({ self, args: given }) => {
    const args = Array.from(given);
    const from: unknown = sender(...args);
    return {
      content: message(...args),
      from,
      fromName: typeof from === 'string' ? from : from == null ? 'unknown' : agentNameFor(from),
      toName: self == null ? undefined : agentNameFor(self),
      isValid: valid(...args),
    };
  };
}

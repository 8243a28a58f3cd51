import { SpanType } from '../entities/attributes.js';
import type { MessageCall, SaidMessage } from '../tracing/span-definition.js';
import { answerNow } from '../utils/answer-now.js';
import { agentNameFor, classNamer, entryNamer, participantName } from './agent-names.js';
import type { MessageOptions } from './conversation-options.js';
import { type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { checkOptions } from './options.js';
import { traceMethod } from './trace-method.js';

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
): TracedMethodDecorator<Anything[], Anything> {
  checkOptions('TracedMessage', [options, ...rest]);
  return methodDecorator('TracedMessage', (method, place) =>
    traceMethod(method, place, {
      type: SpanType.agent,
      options: {},
      entry: 'explicit',
      nameOf: entryNamer(String(place.key), { className: classNamer(place) }),
      message: messageReader(options),
    }),
  );
}

function messageReader({ message, sender, valid }: MessageOptions): (call: MessageCall) => SaidMessage {
  return ({ self, args: given }) => {
    const args = Array.from(given);
    const from: unknown = sender === undefined ? args[1] : answerNow(sender(...args));
    return {
      content: message === undefined ? args[0] : answerNow(message(...args)),
      from,
      fromName: participantName(from) ?? 'unknown',
      to: self ?? undefined,
      toName: self == null ? undefined : agentNameFor(self),
      chosenByName: undefined,
      isValid: valid === undefined || answerNow(valid(...args)),
    };
  };
}

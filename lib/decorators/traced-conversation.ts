import { type ConversationOptions, conversationParts } from './conversation-options.js';
import { type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { checkOptions } from './options.js';
import { traceMethod } from './trace-method.js';

/**
 * The method holds a conversation between agents, as AG2's `initiate_chat` does: each call becomes a span, and in it each message
 * (see `@TracedMessage`) a span of its own, named after who said it, with the LLM and tool calls of that turn as its children.
 *
 * @throws {TypeError} at decoration, on anything but a method and for options it does not know.
 * @example
 * ```ts
 * class Person {
 *   constructor(readonly name: string) {}
 *   @TracedConversation()
 *   async chat(other: Person, message: string) { await other.receive(message, this); }
 *   @TracedMessage()
 *   async receive(message: string, sender: Person) {
 *     if (message === 'Hello') await sender.receive('Good morning', this);
 *   }
 * }
 * await new Person('Ada').chat(new Person('Bob'), 'Hello'); // chat, and in it a span `Bob` for his answer
 * ```
 */
export function TracedConversation<Args extends readonly unknown[] = Anything[], Output = Anything>(
  options: ConversationOptions<Args, Output> = {},
  ...rest: never[]
): TracedMethodDecorator<Args, Output> {
  checkOptions('TracedConversation', [options, ...rest]);
  const parts = conversationParts(options);
  return methodDecorator('TracedConversation', (method, place) => traceMethod(method, place, parts));
}

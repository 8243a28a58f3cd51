import { active } from '../tracing/active-recorder.js';
import { conversationAround } from '../tracing/run-in-conversation.js';
import { runInSpan } from '../tracing/run-in-span.js';
import { branchIn } from '../tracing/surroundings.js';
import { participantName } from './agent-names.js';
import { type ConversationOptions, conversationParts } from './conversation-options.js';
import { defineSpan } from './define-span.js';
import type { Callable } from './method-decorator.js';
import { checkTwinOptions } from './options.js';
import { traceFunction } from './trace-function.js';

type NamedOptions = ConversationOptions & { readonly name: string };

/** What `recordMessage` is told. */
export interface RecordedMessage {
  /** Who says it: an agent, or a name. */
  readonly from: unknown;
  /** Who hears it: an agent, or a name. @default whoever spoke before */
  readonly to?: unknown;
  readonly content: unknown;
  /** Who chose that `from` speaks: an agent, or a name. @default whoever of `ignoreSenders` spoke to it */
  readonly chosenBy?: unknown;
}

/**
 * Holds a conversation in a function, now: for agents of a library, queues and managers that have no method to decorate. What it
 * returns or throws passes through. Messages are said by `recordMessage`, or heard by methods with `@TracedMessage`.
 *
 * Given a function first, it is `@TracedConversation` for that function: it returns one that does the same, and holds a conversation
 * in each call.
 *
 * @throws {TypeError} for options it does not know, and when it is not given a function.
 * @example
 * ```ts
 * await traceConversation('standup', async () => {
 *   recordMessage({ from: 'Ada', to: 'Bob', content: 'What did you do?' });
 *   recordMessage({ from: 'Bob', to: 'Ada', content: 'I slept.' }); // a span `Bob`
 * });
 *
 * const standup = traceConversation(async (day: string) => `It is ${day}`, { name: 'standup' });
 * await standup('Monday');
 * ```
 */
export function traceConversation<Result>(
  nameOrOptions: string | (ConversationOptions & { readonly name: string }),
  fn: () => Result,
): Result;
export function traceConversation<Fn extends Callable>(
  fn: Fn,
  options?: ConversationOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>,
): Fn;
export function traceConversation(first: unknown, second?: unknown): unknown {
  if (typeof first === 'function') return conversationFunction(first as Callable, second as ConversationOptions);
  return holdConversation(first as NamedOptions, second as () => unknown);
}

function conversationFunction(fn: Callable, options: ConversationOptions = {}): Callable {
  checkTwinOptions('traceConversation', options);
  return traceFunction(fn, 'traceConversation', conversationParts(options));
}

function holdConversation(nameOrOptions: string | NamedOptions, fn: () => unknown): unknown {
  const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : nameOrOptions;
  if (typeof fn !== 'function')
    throw new TypeError(
      `traceConversation() runs a function, but got ${typeof fn}. Give it one: traceConversation('name', () => ...).`,
    );
  if (options === nameOrOptions) checkTwinOptions('traceConversation', options); // a text worked out now may be empty
  const recorder = active.current;
  if (recorder === undefined) return fn();
  const parts = conversationParts(options);
  // Not a decorator's word, but made for this call: it may hold anything.
  const name = recorder.capture.text(String(options.name), 'name');
  const definition = defineSpan(fn, {
    ...parts,
    key: Symbol(name),
    functionName: name,
    options: { ...parts.options, name, captureInputs: false },
  });
  return runInSpan(recorder, { definition, target: fn, self: undefined, args: [] });
}

/**
 * Says that one agent has spoken to another: in the conversation around this code, the turn of the speaker is over. Does nothing
 * outside of one.
 *
 * @example
 * ```ts
 * recordMessage({ from: 'Ada', to: 'Bob', content: 'What did you do?' });
 * ```
 */
export function recordMessage(message: RecordedMessage): void {
  const recorder = active.current;
  if (recorder === undefined) return;
  try {
    const { from, to, content, chosenBy } = message;
    const context = recorder.contexts.active();
    const said = {
      content,
      from,
      fromName: participantName(from) ?? 'unknown',
      to: to ?? undefined,
      toName: participantName(to),
      chosenByName: participantName(chosenBy),
      isValid: true,
    };
    conversationAround(recorder.spanIn(context))?.say(said, branchIn(context));
  } catch (cause) {
    recorder.onCallbackError(cause, 'recording a message');
  }
}

import { type SpanType, SpanType as types } from '../entities/attributes.js';
import type { ConversationRules } from '../tracing/span-definition.js';
import type { SpanOptions } from './define-span.js';
import type { Anything } from './method-decorator.js';
import type { TracedOptions } from './options.js';

/** Options of `@TracedConversation` and `traceConversation`. */
export interface ConversationOptions<Args extends readonly unknown[] = Anything[], Output = Anything>
  extends TracedOptions<Args, Output> {
  /** @default 'WORKFLOW' */
  readonly type?: SpanType;
  /** Agents whose messages end no turn: managers that only hand them on. @default ['chat_manager', 'checking_agent'] */
  readonly ignoreSenders?: readonly string[];
  /**
   * `sender`: a span for each message but the first, named after who said it, around the work since the one before. `receiver`: a
   * span around each call that takes a message, named after who hears it. @default 'sender'
   */
  readonly mode?: 'sender' | 'receiver';
}

/** Options of `@TracedMessage`: how to read a message off the arguments of the method that takes it. */
export interface MessageOptions {
  /** What is said. @default the first argument */
  readonly message?: (...args: Anything[]) => unknown;
  /** Who says it: an agent, or a name. @default the second argument */
  readonly sender?: (...args: Anything[]) => unknown;
  /** Whether the message has a form that the agent takes. @default true */
  readonly valid?: (...args: Anything[]) => boolean;
}

const managers = ['chat_manager', 'checking_agent'];

/** What the options say of the span, and what of the messages in it. */
export interface ConversationParts {
  readonly type: SpanType;
  readonly options: SpanOptions;
  readonly conversation: ConversationRules;
}

/** Whatever the callbacks among them take. */
type GivenOptions = SpanOptions & Pick<ConversationOptions, 'type' | 'ignoreSenders' | 'mode'>;

/** The options as those need them who make a definition of them. */
export function conversationParts(given: GivenOptions): ConversationParts {
  const { type = types.workflow, ignoreSenders = managers, mode = 'sender', ...options } = given;
  return { type, options, conversation: { ignoredSenders: new Set(ignoreSenders), mode } };
}

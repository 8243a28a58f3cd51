import type { Participant } from './participant.js';
import type { SpanBudget } from './span-budget.js';
import type { ConversationRules, SaidMessage, SpanDefinition } from './span-definition.js';

/** What is said between agents while a span is open. `Span` is a parameter, since the span names its conversation in turn. */
export interface SpanConversation<Span> {
  readonly mode: ConversationRules['mode'];
  /** The index of a turn that begins. */
  nextTurn(): number;
  noteChild(work: Work<Span>): void;
  /** An agent has said something, in a branch or outside of all. */
  say(message: SaidMessage, branch: Branch | undefined): void;
  /** The span has ended: nothing more is said. */
  close(): void;
}

/** What is done in a conversation: a call that is its child. */
export interface Work<Span> {
  readonly span: Span;
  /** The agent whose method it is, if it is one's. */
  readonly owner: Participant | undefined;
  /** Where in the conversation it is done. */
  readonly branch: Branch | undefined;
}

/** A branch of a conversation: an agent has been spoken to, and has not come back yet. */
export interface Branch extends Participant {
  /** Told by its identity; nothing is asked of it. */
  readonly conversation: object;
  /** Of the method by which the agent was spoken to. */
  readonly definition: SpanDefinition;
  /** What may be used in it. */
  readonly budgets: readonly SpanBudget[];
}

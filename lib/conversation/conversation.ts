import type { Cost } from '../entities/cost.js';
import type { TokenUsage } from '../entities/token-usage.js';

/** What a trace tells of agents: who took which turn, who said what to whom, and what it took. */
export interface Conversation {
  readonly traceId: string;
  /** What links the trace to others; `undefined` if nothing does. */
  readonly session: string | undefined;
  /** Nanoseconds since 1970: the start of the first span. */
  readonly startTimeNs: bigint;
  /** In order of their index. */
  readonly turns: readonly Turn[];
  /** In order of time, the one that opened the conversation first; each once. */
  readonly messages: readonly Message[];
  /** In order of their first turn, then those that did something outside of turns only; last, with the agent `undefined`, what is nobody's. */
  readonly agents: readonly AgentSummary[];
  /** Who spent how many tokens in which turn. */
  readonly matrix: TokenMatrix;
  /** In order of time. */
  readonly failures: readonly Failure[];
  /** The tokens of the whole conversation, as the trace's info has them. */
  readonly usage: TokenUsage | undefined;
  /** What these cost, as far as the spans tell; counted as tokens are. */
  readonly cost: Cost | undefined;
}

/**
 * The time that one agent has control, until it answers. What the agents it asks do is theirs. Agents are told apart by name
 * alone: one that calls itself, or another object of the same name, goes on with its turn, and the call is no message.
 */
export interface Turn {
  /**
   * As the spans of the turns say, if each says another; else from 0, in order of start. Spans count within their conversation, so
   * that in a trace of several conversations the index is not `traced_agents.turn.index`.
   */
  readonly index: number;
  readonly agent: string;
  /** Who sends `message`; `undefined` is whoever stands outside of all agents. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Who chose that this agent speaks, where the trace tells. */
  readonly chosenBy: string | undefined;
  /** What the agent said, where spans record messages; else what it was asked. */
  readonly message: unknown;
  /** Nanoseconds since 1970. */
  readonly startTimeNs: bigint;
  readonly durationMs: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  /** The tool calls themselves, in order of start. */
  readonly tools: readonly ToolCall[];
  readonly usage: TokenUsage | undefined;
  readonly cost: Cost | undefined;
  /** How many errors arose in it, handled ones included. */
  readonly failures: number;
  readonly spanId: string;
  /** Index of the turn that this one ran in. */
  readonly parentTurn: number | undefined;
}

/** One call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly spanId: string;
  /** Nanoseconds since 1970. */
  readonly startTimeNs: bigint;
  readonly durationMs: number;
  readonly hasFailed: boolean;
}

/** Something that was said; entering an agent is a message to it, its return the answer, unless it returned nothing. */
export interface Message {
  /** `undefined` is whoever stands outside of all agents. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly content: unknown;
  /** Index of the turn that it opened or came from. */
  readonly turn: number | undefined;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
}

/** What one agent did in all its turns. */
export interface AgentSummary {
  /** `undefined` for what lies outside any turn and tells no agent. */
  readonly agent: string | undefined;
  readonly turns: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly usage: TokenUsage | undefined;
  readonly cost: Cost | undefined;
  /** Milliseconds in which at least one turn was its own and not with an agent that it had asked. */
  readonly busyMs: number;
  readonly failures: number;
}

/** Tokens by agent and turn. Sums of rows and of columns both give the total. */
export interface TokenMatrix {
  /** All agents; `undefined` comes last, if tokens were spent by nobody that is known. */
  readonly rows: readonly TokenRow[];
  /** All turns; `undefined` comes last, if tokens were spent outside any turn. */
  readonly columns: readonly TokenColumn[];
  readonly total: TokenUsage | undefined;
}

/** The tokens of one agent. */
export interface TokenRow {
  readonly agent: string | undefined;
  /** By turn. A turn has one agent, so most cells are empty and only the others are held. */
  readonly cells: ReadonlyMap<number | undefined, TokenUsage>;
  readonly usage: TokenUsage | undefined;
}

/** The tokens of one turn. */
export interface TokenColumn {
  readonly turn: number | undefined;
  readonly usage: TokenUsage | undefined;
}

/** An error, where it arose. One that others were thrown for, naming it their cause, is one with them. */
export interface Failure {
  readonly spanId: string;
  readonly agent: string | undefined;
  readonly turn: number | undefined;
  /** Class of the exception; `undefined` where the trace does not tell. */
  readonly type: string | undefined;
  readonly message: string;
  /** Names of the spans from the root to the one that failed; where there are more than 100, `…` and the nearest 100. */
  readonly path: readonly string[];
  /** Whether a span above it ended well nevertheless. */
  readonly isHandled: boolean;
  /** `Type: message` of each cause, the nearest first. */
  readonly causes: readonly string[];
  /** `Type: message` of each error that spans around it failed with because of this one, from inside out. */
  readonly rethrownAs: readonly string[];
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
}

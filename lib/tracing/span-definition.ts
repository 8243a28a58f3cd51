import type { SpanType } from '../entities/attributes.js';
import type { TokenUsage } from '../entities/token-usage.js';
import type { ArgumentNames } from './capture/argument-names.js';

/** What an `attributes` callback is told about a finished call. */
export interface CallFacts<Args extends readonly unknown[] = readonly unknown[], Output = unknown> {
  readonly args: Args;
  /** The awaited result; for a stream the array of its chunks; `undefined` if the call failed. */
  readonly result: Output | undefined;
  /** What was thrown; `undefined` if the call succeeded. */
  readonly error: unknown;
  /** The object the method was called on. */
  readonly self: unknown;
}

/** All that is known of a decorated method before it is called: worked out once, at decoration. */
export interface SpanDefinition {
  readonly type: SpanType;
  /** `type` as JSON text. */
  readonly typeText: string;
  /** The method's own name. */
  readonly functionName: string;
  /** `functionName` as JSON text. */
  readonly functionNameText: string | undefined;
  /** The span's name; `undefined` if it depends on the object (see `nameOf`). */
  readonly name: string | undefined;
  readonly nameOf: ((self: unknown) => SpanName) | undefined;
  readonly argumentNames: ArgumentNames;
  readonly captureInputs: boolean;
  readonly captureOutputs: boolean;
  /** Attributes that are the same for each call, as JSON texts. */
  readonly constants: readonly (readonly [key: string, text: string])[];
  /** How messages are written in the span and in those within it, as JSON text. */
  readonly messageFormatText: string | undefined;
  readonly attributes: ((facts: CallFacts) => Readonly<Record<string, unknown>> | undefined) | undefined;
  /** Reads tokens out of the result or a stream's chunks. */
  readonly usage: ((result: unknown) => Partial<TokenUsage> | undefined) | undefined;
  /** Whether results are looked through for a known shape of usage, and streams as they pass. */
  readonly isModelCall: boolean;
  /** Whether the decorator itself names the model. */
  readonly isModelKnown: boolean;
  /** Whether it is an async function, as the engine knows them. */
  readonly isAsync: boolean;
  /** Whether a library made the span by OpenTelemetry's API: then its attributes may tell the usage. */
  readonly isNative: boolean;
  /** For agents: how control must enter for a span to open; `undefined` for anything else. */
  readonly entry: 'explicit' | 'implicit' | undefined;
  /** For conversations: how its messages become spans. */
  readonly conversation: ConversationRules | undefined;
  /** For methods that take a message: how to read it off the call. */
  readonly message: ((call: MessageCall) => SaidMessage) | undefined;
  /** For agents: what one call may use. */
  readonly budget: Budget | undefined;
  /** The property the method stands under; tells a `super` call from a recursion. */
  readonly key: PropertyKey;
}

/** What one call of an agent may use, with everything that is done in it. What is left out is not limited. */
export interface Budget {
  /** Tokens of all LLM calls, as they report them. */
  readonly tokens?: number;
  readonly llmCalls?: number;
  readonly toolCalls?: number;
  /** Milliseconds from the start of the call. */
  readonly ms?: number;
}

/** The call of a method that takes a message. */
export interface MessageCall {
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
}

/** One thing that an agent says to another. */
export interface SaidMessage {
  readonly content: unknown;
  /** The speaker: an agent's own object, or a name. */
  readonly from: unknown;
  readonly fromName: string;
  /** The hearer, likewise; `undefined`: whoever spoke before. */
  readonly to: unknown;
  readonly toName: string | undefined;
  /** Who chose the speaker, where somebody did. */
  readonly chosenByName: string | undefined;
  readonly isValid: boolean;
}

/** How the messages of a conversation become spans. */
export interface ConversationRules {
  /** Whose messages end no turn: managers that only hand them on. */
  readonly ignoredSenders: ReadonlySet<string>;
  /**
   * `sender`: a span for each message but the first, named after who said it, around the work since the one before. `receiver`: a
   * span around each call that takes a message, named after who hears it.
   */
  readonly mode: 'sender' | 'receiver';
}

/** A span's name, and the agent it speaks of. */
export interface SpanName {
  readonly name: string;
  readonly agent: string | undefined;
}

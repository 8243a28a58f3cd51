import { AttributeKey, SpanType } from '../entities/attributes.js';
import { now } from '../utils/clock.js';
import { definitionOfType } from './native-definition.js';
import { RecordingSpan, type SpanConversation } from './recording-span.js';
import type { ConversationRules, SaidMessage } from './span-definition.js';

/** Children of the root whose turn is not known yet, and in whose name they were begun. */
interface Pending {
  readonly span: RecordingSpan;
  readonly speaker: unknown;
}

interface LastMessage {
  readonly text: string;
  readonly fromName: string;
  readonly at: number;
}

/**
 * A conversation that goes on: whoever speaks next, the work done since the last message was theirs. Work is first a child of the
 * conversation; the message that ends the turn takes it in. What follows the last message stays with the conversation.
 */
export class LiveConversation implements SpanConversation {
  readonly mode: ConversationRules['mode'];
  readonly #root: RecordingSpan;
  readonly #ignored: ReadonlySet<string>;
  #pending: Pending[] = [];
  #last: LastMessage | undefined;
  #turns = 0;

  constructor(root: RecordingSpan, { mode, ignoredSenders }: ConversationRules) {
    this.mode = mode;
    this.#root = root;
    this.#ignored = ignoredSenders;
  }

  /** The index of a turn that begins. */
  nextTurn(): number {
    this.#turns += 1;
    return this.#turns - 1;
  }

  /** A child of the root has begun; `speaker` is who does the work, if the context tells. */
  noteChild(span: RecordingSpan, speaker: unknown): void {
    if (this.mode === 'sender') this.#pending.push({ span, speaker });
  }

  /** An agent has said something: its turn is over. The first message opens the chat and ends no turn. */
  say(message: SaidMessage): void {
    if (!this.#root.isRecording()) return;
    const at = now();
    const said = { message: message.content, sender: message.fromName, valid: message.isValid };
    const text = this.#root.trace.captureText(said, 'outputs');
    if (this.#last === undefined || this.#ignored.has(message.fromName)) this.#pending = [];
    else this.#endTurn(message, text, this.#last);
    this.#last = { text, fromName: message.fromName, at };
  }

  #endTurn(message: SaidMessage, text: string, last: LastMessage): void {
    const span = this.#open(message.fromName, last.at);
    span.inputs = last.text;
    span.outputs = text;
    span.setAttribute(AttributeKey.agentName, message.fromName);
    span.setAttribute(AttributeKey.messageFrom, message.fromName);
    span.setAttribute(AttributeKey.messageTo, message.toName ?? last.fromName);
    span.setAttribute(AttributeKey.turnIndex, this.nextTurn());
    this.#root.trace.adopt(span, this.#takeWorkOf(message.from));
    span.succeed();
  }

  #open(name: string, startMoment: number): RecordingSpan {
    const { trace } = this.#root;
    const span = new RecordingSpan(trace, {
      definition: definitionOfType(SpanType.agent),
      name: trace.captureLine(name, 'name'),
      parent: this.#root,
      remoteParentId: undefined,
      agent: undefined,
      startMoment,
    });
    trace.onSpanStart(span);
    return span;
  }

  /** In branches that run side by side the context tells whose work it is; else it is the work of whoever speaks next. */
  #takeWorkOf(speaker: unknown): readonly RecordingSpan[] {
    const mine: RecordingSpan[] = [];
    const others: Pending[] = [];
    for (const pending of this.#pending) {
      if (pending.speaker === undefined || pending.speaker === speaker) mine.push(pending.span);
      else others.push(pending);
    }
    this.#pending = others;
    return mine;
  }
}

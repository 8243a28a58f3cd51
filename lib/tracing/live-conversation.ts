import { AttributeKey, SpanType } from '../entities/attributes.js';
import { now } from '../utils/clock.js';
import { definitionOfType } from './native-definition.js';
import { RecordingSpan, type SpanConversation, type Work } from './recording-span.js';
import type { ConversationRules, SaidMessage } from './span-definition.js';

interface Heard {
  readonly text: string;
  readonly fromName: string;
  readonly at: number;
}

/** A turn that is over. */
interface Turn {
  /** What the agent said, as JSON. */
  readonly text: string;
  readonly heard: Heard;
  readonly work: readonly RecordingSpan[];
}

/** What more agents than this were told is not remembered for their turn. */
const maxWaiting = 1000;

/** More than this that nobody speaks for stays with the conversation. */
const maxPending = 1000;

/**
 * A conversation that goes on: whoever speaks next, the work done since the last message was theirs. Work is first a child of the
 * conversation; the message that ends the turn takes it in. What follows the last message stays with the conversation.
 */
export class LiveConversation implements SpanConversation {
  readonly mode: ConversationRules['mode'];
  readonly #root: RecordingSpan;
  readonly #ignored: ReadonlySet<string>;
  /** What agents were told that have not spoken since, by name. */
  readonly #waiting = new Map<string, Heard>();
  /** Children of the root whose turn is not known yet. */
  #pending: Work[] = [];
  #last: Heard | undefined;
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

  noteChild(work: Work): void {
    if (this.mode === 'sender') this.#pending.push(work);
  }

  /** An agent has said something: its turn is over. The first message opens the chat and ends no turn. */
  say(message: SaidMessage): void {
    if (!this.#root.isRecording()) return;
    const { content, fromName, isValid } = message;
    const at = now();
    const text = this.#root.trace.captureText({ message: content, sender: fromName, valid: isValid }, 'outputs');
    const work = this.#takeWorkOf(message);
    // In branches that run side by side the last message may be one to somebody else.
    const heard = this.#waiting.get(fromName) ?? this.#last;
    const toName = message.toName ?? heard?.fromName;
    if (heard === undefined) this.#pending = [];
    else if (!this.#ignored.has(fromName)) this.#endTurn({ ...message, toName }, { text, heard, work });
    this.#last = { text, fromName, at };
    this.#waiting.delete(fromName);
    if (toName !== undefined && this.#waiting.size < maxWaiting) this.#waiting.set(toName, this.#last);
  }

  #endTurn(message: SaidMessage, { text, heard, work }: Turn): void {
    const { fromName, toName, chosenByName } = message;
    const begun = work[0]?.startMoment ?? heard.at;
    const isAlone = heard === this.#last && this.#pending.length === 0;
    const span = this.#open(fromName, isAlone ? Math.min(heard.at, begun) : begun);
    span.inputs = heard.text;
    span.outputs = text;
    span.setAttribute(AttributeKey.agentName, fromName);
    span.setAttribute(AttributeKey.messageFrom, fromName);
    if (toName !== undefined) span.setAttribute(AttributeKey.messageTo, toName);
    span.setAttribute(AttributeKey.turnIndex, this.nextTurn());
    const chosenBy = chosenByName ?? (this.#ignored.has(heard.fromName) ? heard.fromName : undefined);
    if (chosenBy !== undefined) span.setAttribute(AttributeKey.turnChosenBy, chosenBy);
    this.#root.trace.adopt(span, work);
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

  /**
   * Where it is known whose work something is, it waits for the message of that agent. Agents that were called by hand are the
   * exception: one that nobody waits for did its work for the speaker, unless the speaker was called by hand, too.
   */
  #takeWorkOf(message: SaidMessage): readonly RecordingSpan[] {
    const hasEntered = this.#pending.some((pending) => pending.isEntry && isWorkOf(message, pending));
    const mine: RecordingSpan[] = [];
    const others: Work[] = [];
    for (const pending of this.#pending) {
      const isFree = pending.speaker === undefined || (pending.isEntry && !hasEntered && !this.#isAwaited(pending));
      if (isFree || isWorkOf(message, pending)) mine.push(pending.span);
      else others.push(pending);
    }
    this.#pending = others.slice(-maxPending);
    return mine;
  }

  #isAwaited({ speaker }: Work): boolean {
    return speaker?.name !== undefined && this.#waiting.has(speaker.name);
  }
}

/** Agents are told by identity; by name where the message or the branch knows no more than that. */
function isWorkOf({ from, fromName }: SaidMessage, { speaker }: Work): boolean {
  if (speaker === undefined) return false;
  if (from !== undefined && speaker.agent === from) return true;
  const areKnown = typeof from === 'object' && typeof speaker.agent === 'object';
  return !areKnown && speaker.name === fromName;
}

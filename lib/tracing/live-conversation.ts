import { AttributeKey, SpanType } from '../entities/attributes.js';
import { now } from '../utils/clock.js';
import { agentNameOf } from './capture/class-facts.js';
import { definitionOfType } from './native-definition.js';
import type { Participant } from './participant.js';
import { RecordingSpan } from './recording-span.js';
import type { Branch, SpanConversation, Work } from './span-conversation.js';
import type { ConversationRules, SaidMessage } from './span-definition.js';

/** A message, as whoever hears it is shown it. */
interface Heard {
  readonly text: string;
  readonly from: Participant;
  readonly to: Participant | undefined;
  readonly at: number;
}

/** A turn that is over. */
interface Turn {
  readonly message: SaidMessage;
  /** What the agent said. */
  readonly said: Heard;
  readonly heard: Heard;
  readonly work: readonly RecordingSpan[];
}

/** Work whose turn is not known yet, and the turn that will have it if its own agent never speaks. */
interface Pending extends Work<RecordingSpan> {
  candidate: RecordingSpan | undefined;
}

/** What more agents than this were told is not remembered for their turn. */
const maxWaiting = 1000;

/** More than this that nobody speaks for stays with the conversation. */
const maxPending = 1000;

/** Messages among which one is looked for that an agent may have heard which nobody spoke to. */
const maxRecent = 50;

/**
 * A conversation that goes on: whoever speaks next, the work done since the last message was theirs. Work is first a child of the
 * conversation; the message that ends the turn takes it in. What follows the last message stays with the conversation.
 */
export class LiveConversation implements SpanConversation<RecordingSpan> {
  readonly mode: ConversationRules['mode'];
  readonly #root: RecordingSpan;
  readonly #ignored: ReadonlySet<string>;
  /** What agents were told that have not spoken since: by the agent's object, where that is known, else by name. */
  readonly #waiting = new Map<unknown, Heard>();
  readonly #recent: Heard[] = [];
  /** Children of the root whose turn is not known yet. */
  #pending: Pending[] = [];
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

  noteChild(work: Work<RecordingSpan>): void {
    if (this.mode === 'sender' && !this.#root.hasEnded) this.#pending.push({ ...work, candidate: undefined });
  }

  /** An agent has said something: its turn is over. The first message opens the chat and ends no turn. */
  say(message: SaidMessage, around: Branch | undefined): void {
    if (!this.#root.isRecording()) return;
    const branch = around?.conversation === this ? around : undefined;
    const from = { agent: message.from, name: message.fromName };
    const work = this.#takeWorkOf(from, branch);
    const heard = this.#heardBy(from, work);
    const to = message.to === undefined ? heard?.from : { agent: message.to, name: message.toName };
    const said = { text: this.#textOf(message), from, to, at: now() };
    if (heard === undefined) this.#open(from, work);
    else if (!this.#ignored.has(message.fromName)) this.#endTurn({ message, said, heard, work });
    this.#remember(said);
  }

  /** Nothing more is said: what is still pending stays with the conversation, or with the turn that it was done in. */
  close(): void {
    const [first] = this.#recent;
    if (this.#turns === 0 && first !== undefined) {
      const { text, from, to } = first;
      this.#root.addEvent('traced_agents.message', { message: text, from: from.name ?? '', to: to?.name ?? '' });
    }
    for (const { span, owner, branch, candidate } of this.#pending) {
      if (candidate !== undefined) this.#root.trace.adopt(candidate, [span]);
      else noteAgent(span, owner ?? branch);
    }
    // Agents may be large, and the trace is kept for a while.
    this.#pending = [];
    this.#waiting.clear();
    this.#recent.length = 0;
  }

  /** What its first speaker did before stays with the conversation, as does what was nobody's; others may be at work already. */
  #open(first: Participant, work: readonly RecordingSpan[]): void {
    for (const span of work) noteAgent(span, first);
    this.#pending = this.#pending.filter(({ owner }) => owner !== undefined);
  }

  #textOf({ content, fromName, isValid }: SaidMessage): string {
    const said = { message: content === undefined ? null : content, sender: fromName, valid: isValid };
    return this.#root.trace.captureText(said, 'outputs');
  }

  #remember(said: Heard): void {
    this.#waiting.delete(keyOf(said.from));
    if (said.to !== undefined && this.#waiting.size < maxWaiting) this.#waiting.set(keyOf(said.to), said);
    this.#recent.push(said);
    if (this.#recent.length > maxRecent) this.#recent.splice(1, 1); // the first one is told if nobody answers
  }

  /** What was said to an agent; if nobody spoke to it, the last message before its work began. */
  #heardBy(agent: Participant, work: readonly RecordingSpan[]): Heard | undefined {
    const told = this.#toldTo(agent);
    if (told !== undefined) return told;
    const last = this.#recent.at(-1);
    const begun = work[0]?.startMoment ?? Number.POSITIVE_INFINITY;
    return this.#recent.findLast(({ at, from }) => at <= begun && !isSame(from, agent)) ?? last;
  }

  #toldTo(agent: Participant): Heard | undefined {
    const told = this.#waiting.get(keyOf(agent)) ?? this.#waiting.get(agent.name);
    if (told !== undefined || typeof agent.agent === 'object') return told;
    for (const heard of this.#waiting.values()) if (heard.to?.name === agent.name) return heard;
    return undefined;
  }

  #endTurn({ message, said, heard, work }: Turn): void {
    const { fromName, chosenByName } = message;
    const span = this.#openTurn(fromName, this.#startOf(heard, work));
    span.inputs = heard.text;
    span.outputs = said.text;
    span.setAttribute(AttributeKey.agentName, fromName);
    span.setAttribute(AttributeKey.messageFrom, fromName);
    if (said.to?.name !== undefined) span.setAttribute(AttributeKey.messageTo, said.to.name);
    span.setAttribute(AttributeKey.turnIndex, this.nextTurn());
    const manager = heard.from.name ?? '';
    const chosenBy = chosenByName ?? (this.#ignored.has(manager) ? manager : undefined);
    if (chosenBy !== undefined) span.setAttribute(AttributeKey.turnChosenBy, chosenBy);
    this.#root.trace.adopt(span, work);
    for (const pending of this.#pending) if (this.#isHelping(pending, span)) pending.candidate ??= span;
    span.succeed();
  }

  /** With the message that was heard, unless somebody else was at work since then. */
  #startOf(heard: Heard, [first]: readonly RecordingSpan[]): number {
    const last = this.#recent.at(-1) ?? heard;
    if (first === undefined) return last.at;
    const isAlone = heard === last && this.#pending.length === 0;
    return isAlone ? Math.min(heard.at, first.startMoment) : first.startMoment;
  }

  /** An agent that nobody waits for was called during a turn: if it never speaks itself, it was called for that turn. */
  #isHelping({ span, owner }: Work<RecordingSpan>, turn: RecordingSpan): boolean {
    const isEntry = span.definition.entry !== undefined && owner !== undefined;
    return isEntry && span.startMoment >= turn.startMoment && this.#toldTo(owner) === undefined;
  }

  #openTurn(name: string, startMoment: number): RecordingSpan {
    const { trace } = this.#root;
    const start = {
      definition: definitionOfType(SpanType.agent),
      name: trace.captureLine(name, 'name'),
      parent: this.#root,
      agent: undefined,
    };
    const span = new RecordingSpan(trace, start, startMoment);
    trace.onSpanStart(span);
    return span;
  }

  #takeWorkOf(speaker: Participant, branch: Branch | undefined): readonly RecordingSpan[] {
    const hasOwn = this.#pending.some(({ owner }) => owner !== undefined && isSame(owner, speaker));
    const mine: RecordingSpan[] = [];
    const others: Pending[] = [];
    for (const pending of this.#pending) {
      if (this.#isWorkOf(pending, { speaker, branch, hasOwn })) mine.push(pending.span);
      else others.push(pending);
    }
    this.#pending = others.slice(-maxPending);
    return mine;
  }

  /**
   * Work belongs to the agent whose method it is; else to whoever speaks in the branch where it was done, or was spoken to there. What
   * one agent does within another's turn is done for that one, unless it is yet to speak itself.
   */
  #isWorkOf({ owner, branch: where }: Work<RecordingSpan>, { speaker, branch, hasOwn }: Claim): boolean {
    const isInOwnBranch = where !== undefined && isSame(where, speaker);
    if (owner === undefined) return where === branch || isInOwnBranch;
    if (isSame(owner, speaker)) return true;
    if (this.#toldTo(owner) !== undefined || (branch !== undefined && isSame(owner, branch))) return false;
    return isInOwnBranch || (where === branch && !hasOwn);
  }
}

/** Who claims work, where, and whether methods of its own are among it. */
interface Claim {
  readonly speaker: Participant;
  readonly branch: Branch | undefined;
  readonly hasOwn: boolean;
}

function keyOf({ agent, name }: Participant): unknown {
  return typeof agent === 'object' ? agent : name;
}

/** By identity; by name where no more is known of one of the two. */
function isSame(one: Participant, other: Participant): boolean {
  if (typeof one.agent === 'object' && typeof other.agent === 'object') return one.agent === other.agent;
  return nameOf(one) === nameOf(other);
}

/** A user's own naming may throw; it was told of where the span was named. */
function nameOf({ agent, name }: Participant): string | undefined {
  if (name !== undefined || typeof agent !== 'object' || agent === null) return name;
  try {
    return agentNameOf(agent);
  } catch {
    return undefined;
  }
}

/** Whose work a call is that no message has taken in: a turn that failed, or the summary after the last message. */
function noteAgent(span: RecordingSpan, agent: Participant | undefined): void {
  const name = agent === undefined ? undefined : nameOf(agent);
  if (name !== undefined && span.attributes?.has(AttributeKey.agentName) !== true) {
    span.setAttributeText(AttributeKey.agentName, span.trace.captureText(name, 'agent'));
  }
}

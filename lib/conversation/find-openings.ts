import { AttributeKey } from '../entities/attributes.js';
import { getOrInsert } from '../utils/get-or-insert.js';
import type { Call } from './call-tree.js';
import { agentOf, type Exchange, type Said, textAttribute } from './read-agent-span.js';

/** A message that opened a chat: no span says it, so it is known from those that heard it. */
export interface Opening {
  /** The first span that knows of it. */
  readonly call: Call;
  readonly message: Said;
  /** The span of the agent that heard it; `undefined` where the trace only tells that its sender went on speaking. */
  hearer: Call | undefined;
}

/** The spans that say a message. */
interface Telling {
  first: Call;
  readonly to: Set<string | undefined>;
}

/** The openings of a trace, each once, however many heard it; by the first span that knows of them. */
export function findOpenings(exchanges: ReadonlyMap<Call, Exchange>): ReadonlyMap<Call, Opening> {
  const chats = new Map<Call | undefined, Chat>(); // by the span that the messages lie in
  for (const [call, { after }] of exchanges) {
    const chat = getOrInsert(chats, call.parent, () => new Chat());
    if (after !== undefined) chat.say(call, after);
  }
  for (const [call, { before }] of exchanges) chats.get(call.parent)?.hear(call, before);
  return new Map([...chats.values()].flatMap(({ openings }) => openings).map((opening) => [opening.call, opening]));
}

class Chat {
  readonly #tellings = new Map<string, Telling>();
  readonly #openings = new Map<string, Opening>();

  get openings(): readonly Opening[] {
    return [...this.#openings.values()];
  }

  say(call: Call, message: Said): void {
    const key = keyOf({ ...message, sender: message.sender ?? agentOf(call.span, true) });
    const telling = this.#tellings.get(key);
    const to = textAttribute(call.span, AttributeKey.messageTo);
    if (telling === undefined) {
      this.#tellings.set(key, { first: call, to: new Set([to]) });
      return;
    }
    telling.to.add(to);
    if (call.span.endTimeNs < telling.first.span.endTimeNs) telling.first = call;
  }

  /** An agent that speaks twice in a row has heard itself: then who heard its opening is still to come. */
  hear(call: Call, message: Said): void {
    const key = keyOf(message);
    const telling = this.#tellings.get(key);
    const agent = agentOf(call.span, true);
    const hearer = agent === message.sender ? undefined : call;
    const opening = this.#openings.get(key);
    if (opening !== undefined) {
      if (!telling?.to.has(agent)) opening.hearer ??= hearer;
    } else if (telling === undefined || telling.first === call || telling.first.span.endTimeNs > call.span.endTimeNs) {
      this.#openings.set(key, { call, message, hearer });
    }
  }
}

/** A message is known by who said what. */
function keyOf({ sender, content }: Said): string {
  return `${sender ?? ''}\n${typeof content === 'string' ? content : JSON.stringify(content)}`;
}

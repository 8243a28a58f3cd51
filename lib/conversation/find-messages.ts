import { AttributeKey } from '../entities/attributes.js';
import { type Call, compareTimes, type Visit } from './call-tree.js';
import type { Message } from './conversation.js';
import type { DraftTurn, DraftTurns } from './draft-turns.js';
import { findOpenings, type Opening } from './find-openings.js';
import { agentOf, askedOf, type Exchange, textAttribute } from './read-agent-span.js';

/** Who a turn's message goes from and to. */
export interface Route {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** All that was said, in order of time. */
export function findMessages(visits: readonly Visit[], { turnOf, exchanges }: DraftTurns): readonly Message[] {
  const messages: Message[] = [];
  const openings = findOpenings(exchanges);
  for (const visit of visits) {
    const { call, isEntry } = visit;
    const turn = turnOf.get(call);
    const exchange = exchanges.get(call);
    const opening = isEntry ? openings.get(call) : undefined;
    if (opening !== undefined) messages.push(opened(opening, turnOf));
    const message = exchange === undefined ? passed(visit, turn) : said(visit, exchange);
    if (message !== undefined) messages.push({ ...message, turn: turn?.index });
  }
  return messages.sort((left, right) => compareTimes(left.timeNs, right.timeNs));
}

/** As the span says; else a message goes back to the sender of the one before, and a call from the agent around it. */
export function routeOf(call: Call, exchange: Exchange | undefined, caller: string | undefined): Route {
  const { span } = call;
  const saidFrom = textAttribute(span, AttributeKey.messageFrom);
  const saidTo = textAttribute(span, AttributeKey.messageTo);
  if (exchange === undefined) return { from: saidFrom ?? caller, to: saidTo ?? agentOf(span, false) };
  const from = saidFrom ?? exchange.after?.sender ?? agentOf(span, true);
  const { sender } = exchange.before;
  return { from, to: saidTo ?? (sender === from ? undefined : sender) };
}

type Unplaced = Omit<Message, 'turn'>;

/** It was said when the first span that knows of it began, which may be long before its hearer did anything. */
function opened({ call, message, hearer }: Opening, turnOf: DraftTurns['turnOf']): Message {
  return {
    from: message.sender,
    to: hearer && agentOf(hearer.span, true),
    content: message.content,
    turn: turnOf.get(hearer ?? call)?.index,
    timeNs: call.span.startTimeNs,
  };
}

/** What a message span says, as it ends. */
function said({ call, isEntry }: Visit, exchange: Exchange): Unplaced | undefined {
  const { after } = exchange;
  if (isEntry || after === undefined) return undefined;
  return { ...routeOf(call, exchange, undefined), content: after.content, timeNs: call.span.endTimeNs };
}

/** Of any other turn: on entry what its agent was asked, then its answer, if it gave one. */
function passed({ call, isEntry }: Visit, turn: DraftTurn | undefined): Unplaced | undefined {
  if (turn?.call !== call) return undefined;
  const { outputs, startTimeNs, endTimeNs, status } = call.span;
  const { from, to } = routeOf(call, undefined, turn.parent?.agent);
  if (isEntry) return { from, to, content: askedOf(call.span), timeNs: startTimeNs };
  if (status.code === 'ERROR' || outputs == null) return undefined;
  return { from: to, to: from, content: outputs, timeNs: endTimeNs };
}

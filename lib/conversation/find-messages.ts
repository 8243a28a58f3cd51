import { AttributeKey } from '../entities/attributes.js';
import { type Call, compareTimes, type Visit } from './call-tree.js';
import type { Message } from './conversation.js';
import type { DraftTurn, DraftTurns } from './draft-turns.js';
import { agentOf, type Exchange, type Said, textAttribute } from './read-agent-span.js';

/** Who a turn's message goes from and to. */
export interface Route {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** All that was said, in order of time. */
export function findMessages(visits: readonly Visit[], { turnOf, exchanges }: DraftTurns): readonly Message[] {
  const messages: Message[] = [];
  const latest = new Map<Call | undefined, Said>(); // by the span that the messages lie in
  for (const visit of visits) {
    const turn = turnOf.get(visit.call);
    const exchange = exchanges.get(visit.call);
    const message = exchange === undefined ? passed(visit, turn) : exchanged(visit, exchange, latest);
    if (message !== undefined) messages.push({ ...message, turn: turn?.index });
  }
  return messages.sort((left, right) => compareTimes(left.timeNs, right.timeNs));
}

/** As the span says; else a message goes back to the sender of the one before, and a call from the agent around it. */
export function routeOf(call: Call, exchange: Exchange | undefined, caller: string | undefined): Route {
  const { span } = call;
  const from = textAttribute(span, AttributeKey.messageFrom);
  const to = textAttribute(span, AttributeKey.messageTo);
  if (exchange === undefined) return { from: from ?? caller, to: to ?? agentOf(span, false) };
  return { from: from ?? exchange.after?.sender ?? agentOf(span, true), to: to ?? exchange.before.sender };
}

type Unplaced = Omit<Message, 'turn'>;

/** Of a message span: on entry the message before it, unless the span next to it told it already; then its own. */
function exchanged(
  { call, isEntry }: Visit,
  exchange: Exchange,
  latest: Map<Call | undefined, Said>,
): Unplaced | undefined {
  const { before, after } = exchange;
  const { startTimeNs, endTimeNs } = call.span;
  const known = latest.get(call.parent);
  latest.set(call.parent, after ?? before);
  if (!isEntry) return after && { ...routeOf(call, exchange, undefined), content: after.content, timeNs: endTimeNs };
  if (known !== undefined && isSame(known, before)) return undefined;
  return { from: before.sender, to: agentOf(call.span, true), content: before.content, timeNs: startTimeNs };
}

/** Of any other turn: on entry what its agent was asked, then its answer unless it failed. */
function passed({ call, isEntry }: Visit, turn: DraftTurn | undefined): Unplaced | undefined {
  if (turn?.call !== call) return undefined;
  const { inputs, outputs, startTimeNs, endTimeNs, status } = call.span;
  const { from, to } = routeOf(call, undefined, turn.parent?.agent);
  if (isEntry) return { from, to, content: inputs, timeNs: startTimeNs };
  return status.code === 'ERROR' ? undefined : { from: to, to: from, content: outputs, timeNs: endTimeNs };
}

function isSame(left: Said, right: Said): boolean {
  if (left.sender !== undefined && left.sender !== right.sender) return false;
  return left.content === right.content || JSON.stringify(left.content) === JSON.stringify(right.content);
}

import type { Trace } from '../entities/trace.js';
import { addTo } from '../utils/get-or-insert.js';
import { compareTimes } from './call-tree.js';
import type { Conversation } from './conversation.js';
import { conversationOf } from './conversation-of.js';

/** The conversations of one session. */
export interface SessionConversations {
  /** `undefined` for traces that belong to none. */
  readonly session: string | undefined;
  /** In order of start. */
  readonly conversations: readonly Conversation[];
}

/**
 * Reads traces as conversations and strings those of each session together, in order of start; so are the sessions.
 *
 * @example
 * ```ts
 * for (const { session, conversations } of conversationsOf(await searchTraces())) {
 *   console.log(session, conversations.flatMap(({ turns }) => turns).length);
 * }
 * ```
 */
export function conversationsOf(traces: Iterable<Trace>): readonly SessionConversations[] {
  const all = Array.from(traces, conversationOf);
  all.sort((left, right) => compareTimes(left.startTimeNs, right.startTimeNs));
  const sessions = new Map<string | undefined, Conversation[]>();
  for (const conversation of all) addTo(sessions, conversation.session, conversation);
  return [...sessions].map(([session, conversations]) => ({ session, conversations }));
}

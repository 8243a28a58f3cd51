import { AttributeKey } from '../entities/attributes.js';
import type { Trace } from '../entities/trace.js';
import { sumCost } from '../usage/sum-cost.js';
import { readProperty } from '../utils/read-property.js';
import { shown } from '../utils/value-kinds.js';
import { millisecondsBetween, visitsOf } from './call-tree.js';
import type { Conversation, TokenMatrix, Turn } from './conversation.js';
import { type DraftTurn, draftTurns } from './draft-turns.js';
import { findFailures } from './find-failures.js';
import { findMessages, routeOf } from './find-messages.js';
import { askedOf, textAttribute } from './read-agent-span.js';
import { sumAgents } from './sum-agents.js';
import { tokenMatrix } from './token-matrix.js';

/**
 * Reads a finished trace as a conversation of agents: turns, messages, tokens and errors by agent and turn. Whatever made
 * the trace, be it this package or Python's MLflow, and whether or not it recorded messages.
 *
 * @throws {TypeError} for what is no trace, such as the promise that `getTrace()` returns.
 * @example
 * ```ts
 * const { turns, agents, failures } = conversationOf(trace);
 * for (const { index, agent, llmCalls, durationMs } of turns) console.log(index, agent, llmCalls, durationMs);
 * ```
 */
export function conversationOf(trace: Trace): Conversation {
  if (!Array.isArray(readProperty(readProperty(trace, 'data'), 'spans'))) {
    throw new TypeError(`conversationOf() takes a Trace, as \`await getTrace(id)\` finds it, but got ${shown(trace)}.`);
  }
  const visits = visitsOf(trace.data.spans);
  const draft = draftTurns(visits);
  const failures = findFailures(visits, draft);
  const matrix = tokenMatrix(draft);
  return {
    traceId: trace.info.traceId,
    session: trace.info.session,
    startTimeNs: startOf(trace),
    turns: turnsOf(draft.turns, matrix),
    messages: findMessages(visits, draft),
    agents: sumAgents(draft, matrix),
    matrix,
    failures,
    usage: matrix.total,
    cost: sumCost([...draft.turns, ...draft.outside.works.values()].flatMap(({ costs }) => costs)),
  };
}

function startOf({ info, data }: Trace): bigint {
  let start: bigint | undefined;
  for (const { startTimeNs } of data.spans) if (start === undefined || startTimeNs < start) start = startTimeNs;
  return start ?? BigInt(Math.trunc(info.requestTimeMs)) * 1_000_000n;
}

/** The matrix has one column for each turn, in the same order. */
function turnsOf(drafts: readonly DraftTurn[], { columns }: TokenMatrix): readonly Turn[] {
  return drafts.map((draft, place): Turn => {
    const { call, exchange, parent, tools } = draft;
    const { span } = call;
    return {
      index: draft.index,
      agent: draft.agent,
      ...routeOf(call, exchange, parent?.agent),
      chosenBy: textAttribute(span, AttributeKey.turnChosenBy),
      message: exchange === undefined ? askedOf(span) : exchange.after?.content,
      startTimeNs: span.startTimeNs,
      durationMs: millisecondsBetween(span.startTimeNs, span.endTimeNs),
      llmCalls: draft.llmCalls,
      toolCalls: tools.length,
      tools,
      usage: columns[place]?.usage,
      cost: sumCost(draft.costs),
      failures: draft.failures,
      spanId: span.spanId,
      parentTurn: parent?.index,
    };
  });
}

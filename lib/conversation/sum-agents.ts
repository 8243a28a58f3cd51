import { sumCost } from '../usage/sum-cost.js';
import { busyTimes } from './busy-time.js';
import type { AgentSummary, TokenMatrix } from './conversation.js';
import type { DraftTurn, DraftTurns, Work } from './draft-turns.js';

/** What each agent did in all its turns, in order of the first; last, if there is any, what lies outside of turns. */
export function sumAgents({ turns, outside }: DraftTurns, matrix: TokenMatrix): readonly AgentSummary[] {
  const byAgent = new Map<string, DraftTurn[]>();
  for (const turn of turns) {
    const own = byAgent.get(turn.agent);
    if (own === undefined) byAgent.set(turn.agent, [turn]);
    else own.push(turn);
  }
  const busy = busyTimes(turns);
  const usages = new Map(matrix.rows.map(({ agent, usage }) => [agent, usage]));
  const agents = [...byAgent].map(
    ([agent, own]): AgentSummary => ({
      agent,
      turns: own.length,
      ...callsOf(own),
      usage: usages.get(agent),
      cost: sumCost(own.flatMap(({ costs }) => costs)),
      busyMs: busy.get(agent) ?? 0,
    }),
  );
  if (isIdle(outside)) return agents;
  return [
    ...agents,
    {
      agent: undefined,
      turns: 0,
      ...callsOf([outside]),
      usage: usages.get(undefined),
      cost: sumCost(outside.costs),
      busyMs: 0,
    },
  ];
}

function callsOf(works: readonly Work[]): Pick<AgentSummary, 'llmCalls' | 'toolCalls' | 'failures'> {
  let [llmCalls, toolCalls, failures] = [0, 0, 0];
  for (const work of works) {
    llmCalls += work.llmCalls;
    toolCalls += work.tools.length;
    failures += work.failures;
  }
  return { llmCalls, toolCalls, failures };
}

function isIdle({ llmCalls, tools, usages, failures }: Work): boolean {
  return llmCalls + tools.length + usages.length + failures === 0;
}

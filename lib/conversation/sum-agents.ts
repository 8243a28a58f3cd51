import { sumCost } from '../usage/sum-cost.js';
import { addTo } from '../utils/get-or-insert.js';
import { busyTimes } from './busy-time.js';
import type { AgentSummary, TokenMatrix } from './conversation.js';
import type { DraftTurn, DraftTurns, Work } from './draft-turns.js';

/** What each agent did in all its turns and outside of them, in order of the first; last, what is nobody's. */
export function sumAgents({ turns, outside }: DraftTurns, matrix: TokenMatrix): readonly AgentSummary[] {
  const byAgent = new Map<string | undefined, DraftTurn[]>();
  for (const turn of turns) addTo(byAgent, turn.agent, turn);
  const { works } = outside;
  for (const [agent, work] of works) if (!byAgent.has(agent) && !isIdle(work)) byAgent.set(agent, []);
  const busy = busyTimes(turns);
  const usages = new Map(matrix.rows.map(({ agent, usage }) => [agent, usage]));
  return [...byAgent].map(([agent, own]): AgentSummary => {
    const others = works.get(agent);
    const all = others === undefined ? own : [...own, others];
    return {
      agent,
      turns: own.length,
      ...callsOf(all),
      usage: usages.get(agent),
      cost: sumCost(all.flatMap(({ costs }) => costs)),
      busyMs: (agent === undefined ? undefined : busy.get(agent)) ?? 0,
    };
  });
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

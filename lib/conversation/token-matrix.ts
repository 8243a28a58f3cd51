import type { TokenUsage } from '../entities/token-usage.js';
import { sumTokenUsage } from '../usage/sum-token-usage.js';
import { getOrInsert } from '../utils/get-or-insert.js';
import type { TokenColumn, TokenMatrix, TokenRow } from './conversation.js';
import type { DraftTurns } from './draft-turns.js';

/** Tokens by agent and turn. */
export function tokenMatrix({ turns, outside }: DraftTurns): TokenMatrix {
  const cells = new Map<string | undefined, Map<number | undefined, TokenUsage>>();
  const rowOf = (agent: string | undefined) => getOrInsert(cells, agent, () => new Map());
  const columns: TokenColumn[] = [];
  for (const { agent, index, usages } of turns) {
    const usage = usageOf(usages);
    const row = rowOf(agent);
    if (usage !== undefined) row.set(index, usage);
    columns.push({ turn: index, usage });
  }
  const rest: TokenUsage[] = [];
  for (const [agent, { usages }] of outside.works) {
    const usage = usageOf(usages);
    if (usage === undefined) continue;
    rowOf(agent).set(undefined, usage);
    rest.push(usage);
  }
  if (rest.length > 0) columns.push({ turn: undefined, usage: usageOf(rest) });
  const rows = [...cells].map(([agent, row]): TokenRow => ({ agent, cells: row, usage: usageOf([...row.values()]) }));
  return { rows, columns, total: usageOf(rows.flatMap(({ usage }) => usage ?? [])) };
}

/** The sum of what was reported; `undefined` if nothing was. */
function usageOf(usages: readonly TokenUsage[]): TokenUsage | undefined {
  return usages.length === 0 ? undefined : sumTokenUsage(usages);
}

import { addTo } from '../utils/get-or-insert.js';
import { compareTimes, millisecondsBetween } from './call-tree.js';
import type { DraftTurn } from './draft-turns.js';

interface Stretch {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Milliseconds by agent in which a turn was its own: turns nested in it are those of other agents. */
export function busyTimes(turns: readonly DraftTurn[]): ReadonlyMap<string, number> {
  const nested = new Map<DraftTurn, Stretch[]>();
  for (const { parent, call } of turns) if (parent !== undefined) addTo(nested, parent, stretchOf(call.span));
  const own = new Map<string, Stretch[]>();
  for (const turn of turns) {
    for (const stretch of gapsOf(stretchOf(turn.call.span), nested.get(turn) ?? [])) addTo(own, turn.agent, stretch);
  }
  return new Map([...own].map(([agent, stretches]) => [agent, lengthOf(merged(stretches))]));
}

function stretchOf({ startTimeNs, endTimeNs }: DraftTurn['call']['span']): Stretch {
  return { startNs: startTimeNs, endNs: endTimeNs };
}

/** What is left of a stretch without the others. */
function gapsOf({ startNs, endNs }: Stretch, others: Stretch[]): Stretch[] {
  const gaps: Stretch[] = [];
  let from = startNs;
  for (const other of merged(others)) {
    if (other.startNs > from) gaps.push({ startNs: from, endNs: other.startNs < endNs ? other.startNs : endNs });
    if (other.endNs > from) from = other.endNs;
    if (from >= endNs) return gaps;
  }
  gaps.push({ startNs: from, endNs });
  return gaps;
}

/** The same time in stretches that do not overlap, in order. */
function merged(stretches: Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches.sort((left, right) => compareTimes(left.startNs, right.startNs))) {
    const last = result.at(-1);
    if (last === undefined || stretch.startNs > last.endNs) result.push(stretch);
    else if (stretch.endNs > last.endNs) result[result.length - 1] = { startNs: last.startNs, endNs: stretch.endNs };
  }
  return result;
}

function lengthOf(stretches: readonly Stretch[]): number {
  let milliseconds = 0;
  for (const { startNs, endNs } of stretches) milliseconds += millisecondsBetween(startNs, endNs);
  return milliseconds;
}

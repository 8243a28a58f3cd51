import { ownField } from './own-fields.js';
import { baseCountsOf, type UsageCounts } from './usage-counts.js';
import { type UsageMode, type UsagePlace, usagePlaces } from './usage-places.js';

/** Counts found in a result or chunk, and how they go with those before them. */
export interface FoundUsage {
  readonly counts: UsageCounts;
  readonly mode: UsageMode;
}

/**
 * The counts in a result or in one chunk of a stream, looked for in the known places alone; `undefined` if there are none.
 *
 * It sits on the path of every chunk. Going through the few names of a chunk costs a third of asking it for every
 * place, and no value is looked at unless its name is that of a place.
 */
export function findUsage(holder: object): FoundUsage | undefined {
  // Lists and bytes have an index for a name: nothing to find, and many of them.
  if (Array.isArray(holder) || ArrayBuffer.isView(holder)) return undefined;
  let found: UsagePlace[] | undefined;
  for (const name in holder) {
    const place = usagePlaces.get(name);
    if (place !== undefined && mayHoldUsage(ownField(holder, name))) (found ??= []).push(place);
  }
  return found === undefined ? undefined : readBestPlace(holder, found);
}

/** Text and null are what most chunks have at these places. */
function mayHoldUsage(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'number';
}

function readBestPlace(holder: object, places: UsagePlace[]): FoundUsage | undefined {
  if (places.length > 1) places.sort((left, right) => left.rank - right.rank);
  for (const place of places) {
    const counts = place.read(holder, place.name);
    if (counts !== undefined && baseCountsOf(counts) > 0) return { counts, mode: modeOf(holder, place, counts) };
  }
  return undefined;
}

function modeOf(holder: object, place: UsagePlace, counts: UsageCounts): UsageMode {
  if (counts.isIncrement) return 'add';
  if (place.mode !== 'update') return place.mode;
  const type = ownField(holder, 'type');
  return (typeof type === 'string' ? modesByType.get(type) : undefined) ?? 'update';
}

/** Events that speak of one step among several, or of all steps: the AI SDK's (the second is its older name), and a Claude agent's. */
const modesByType: ReadonlyMap<string, UsageMode> = new Map([
  ['finish-step', 'add'],
  ['step-finish', 'add'],
  ['finish', 'replace'],
  ['result', 'replace'],
]);

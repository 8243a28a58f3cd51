import { ownField } from './own-fields.js';
import { baseCountsOf, type UsageCounts, type UsageMode } from './usage-counts.js';
import { type UsagePlace, usagePlaces } from './usage-places.js';

/**
 * The counts in a result or in one chunk of a stream, looked for in the known places alone; `undefined` if there are none.
 *
 * It sits on the path of every chunk. Going through the few names of a chunk costs a third of asking it for every
 * place, and no value is looked at unless its name is that of a place.
 */
export function findUsage(holder: object): UsageCounts | undefined {
  // Lists and bytes have an index for a name: nothing to find, and many of them.
  if (Array.isArray(holder) || ArrayBuffer.isView(holder)) return undefined;
  let first: UsagePlace | undefined;
  let atFirst: unknown;
  for (const name in holder) {
    const place = usagePlaces.get(name);
    if (place === undefined) continue;
    const value = ownField(holder, name);
    if (!mayHoldUsage(value)) continue;
    if (first !== undefined) return findAmongSeveral(holder);
    first = place;
    atFirst = value;
  }
  return first === undefined ? undefined : readPlace(holder, first, atFirst);
}

/** Text and null are what most chunks have at these places. */
function mayHoldUsage(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'number';
}

function findAmongSeveral(holder: object): UsageCounts | undefined {
  const places: UsagePlace[] = [];
  for (const name in holder) {
    const place = usagePlaces.get(name);
    if (place !== undefined) places.push(place);
  }
  places.sort((left, right) => left.rank - right.rank);
  for (const place of places) {
    const found = readPlace(holder, place, ownField(holder, place.name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function readPlace(holder: object, place: UsagePlace, value: unknown): UsageCounts | undefined {
  const counts = place.read(value, holder);
  if (counts === undefined || baseCountsOf(counts) === 0) return undefined;
  const type = counts.mode === 'update' ? ownField(holder, 'type') : undefined;
  const mode = typeof type === 'string' ? modesByType.get(type) : undefined;
  return mode === undefined ? counts : { ...counts, mode };
}

/** Events that speak of one step among several, or of all steps: the AI SDK's (the second is its older name), and a Claude agent's. */
const modesByType: ReadonlyMap<string, UsageMode> = new Map([
  ['finish-step', 'add'],
  ['step-finish', 'add'],
  ['finish', 'replace'],
  ['result', 'replace'],
]);

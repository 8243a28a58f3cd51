import type { SpanDefinition } from '../tracing/span-definition.js';
import { getOrInsert } from '../utils/get-or-insert.js';
import { processWide } from '../utils/process-wide.js';

/** What is known of a function that one of our decorators touched. */
export interface Mark {
  /** `traced` functions record spans; `untraced` ones asked to be left alone. */
  readonly kind: 'traced' | 'untraced';
  /** The function as the user wrote it. */
  readonly target: (...args: never[]) => unknown;
  readonly definition: SpanDefinition | undefined;
}

// Beside the functions, so that nobody who looks at a decorated method finds a property that was not there.
const marks = processWide('marks/1', () => new WeakMap<object, Mark>());
const marksByOwner = processWide('marks-by-owner/1', () => new WeakMap<object, Map<PropertyKey, Mark>>());
const noMarks: ReadonlyMap<PropertyKey, Mark> = new Map();

/** The mark of a function, if one of our decorators touched it. */
export function markOf(fn: unknown): Mark | undefined {
  return typeof fn === 'function' ? marks.get(fn) : undefined;
}

/** Marks a function. */
export function mark(fn: object, facts: Mark): void {
  marks.set(fn, facts);
}

/** Where a method stands: in the class of a prototype, or of its decorators' metadata. */
export interface Place {
  readonly key: PropertyKey;
  readonly owner: object | undefined;
  readonly metadata: object | undefined;
}

/** Remembers where a marked function stands: a decorator above may put a function of its own in its place. */
export function markPlace({ key, owner: prototype, metadata }: Place, fn: object): void {
  const owner = prototype ?? metadata;
  const facts = marks.get(fn);
  if (owner === undefined || facts === undefined) return;
  getOrInsert(marksByOwner, owner, () => new Map()).set(key, facts);
}

/** The mark of the function that stands at a place, or of one that somebody else's decorator has wrapped there. */
export function markAt(place: Place, fn: unknown): Mark | undefined {
  const placed = marksIn(place.owner).get(place.key) ?? marksIn(place.metadata).get(place.key);
  // Where the function is back that was marked, `instrument()` was undone.
  return markOf(fn) ?? (placed?.target === fn ? undefined : placed);
}

/** The marks of the methods that our decorators stand on in one class, told by its prototype or metadata. */
export function marksIn(owner: object | undefined): ReadonlyMap<PropertyKey, Mark> {
  return (owner && marksByOwner.get(owner)) ?? noMarks;
}

import { getOrInsert } from '../utils/get-or-insert.js';

/** What stands in the place of a method, and what stood there before. */
export interface Layer {
  readonly owner: object;
  readonly key: PropertyKey;
  /** `undefined` where the method was inherited. */
  readonly original: PropertyDescriptor | undefined;
  readonly decorated: PropertyDescriptor;
}

/** The layers of each method, the lowest first. */
const stacks = new WeakMap<object, Map<PropertyKey, Layer[]>>();
const undone = new WeakSet<Layer>();

export function putOn(layer: Layer): void {
  Object.defineProperty(layer.owner, layer.key, layer.decorated);
  stackAt(layer).push(layer);
}

/** Takes a layer off, at once or as soon as those above it are gone. Where somebody else has wrapped it, theirs stays. */
export function takeOff(layer: Layer): void {
  undone.add(layer);
  const stack = stackAt(layer);
  for (let top = stack.at(-1); top !== undefined && undone.has(top) && isSeen(top); top = stack.at(-1)) {
    stack.pop();
    if (top.original === undefined) Reflect.deleteProperty(top.owner, top.key);
    else Object.defineProperty(top.owner, top.key, top.original);
  }
}

function stackAt({ owner, key }: Layer): Layer[] {
  const stacksOfOwner = getOrInsert(stacks, owner, () => new Map());
  return getOrInsert(stacksOfOwner, key, () => []);
}

function isSeen({ owner, key, decorated }: Layer): boolean {
  return Object.getOwnPropertyDescriptor(owner, key)?.value === decorated.value;
}

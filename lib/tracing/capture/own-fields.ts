/** Stands in the place of what only a call would tell. */
export const getterMark = '[getter]';

// Every engine has it; TypeScript's own types do not.
const { __lookupGetter__: getterOf } = Object.prototype as { readonly __lookupGetter__: (key: PropertyKey) => unknown };

/**
 * Whether to read a field would call a getter. A descriptor says so, too, but is made anew for each field: of a conversation they would be a
 * fifth of all garbage.
 */
export function isGetter(holder: object, key: PropertyKey): boolean {
  return getterOf.call(holder, key) !== undefined;
}

/** Whether a list has an item there that reading it gives: no hole, no getter. */
export function hasItem(list: readonly unknown[], index: number): boolean {
  return Object.hasOwn(list, index) && !isGetter(list, index);
}

/** The method of an object or its prototypes; accessors are never called. */
export function findMethod(target: object, key: PropertyKey): ((this: unknown) => unknown) | undefined {
  for (let owner: object | null = target; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined)
      return typeof descriptor.value === 'function' ? (descriptor.value as () => unknown) : undefined;
  }
  return undefined;
}

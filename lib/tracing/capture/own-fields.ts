/** Stands in the place of what only a call would tell. */
export const getterMark = '[getter]';

// Every engine has it; TypeScript's own types do not.
const { __lookupGetter__: getterOf } = Object.prototype as { readonly __lookupGetter__: (key: PropertyKey) => unknown };

/** Whether a list has an item there that reading it gives: no hole, no getter. A descriptor says so, too, but takes the engine thrice as long. */
export function hasItem(list: readonly unknown[], index: number): boolean {
  return Object.hasOwn(list, index) && getterOf.call(list, index) === undefined;
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

/**
 * The own data property of that name, else `undefined`. Accessors are never called: some of them act, as those of the
 * AI SDK's stream results do, which start to consume the stream when its usage is asked for.
 */
export function ownField(holder: object, name: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(holder, name)?.value;
}

/** The first of the named properties that holds a count, that is a non-negative safe integer. */
export function ownCount(holder: object | undefined, ...names: readonly string[]): number | undefined {
  if (holder === undefined) return undefined;
  for (const name of names) {
    const value = Object.hasOwn(holder, name) ? ownField(holder, name) : undefined;
    // Adding 0 turns -0 into 0.
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value + 0;
  }
  return undefined;
}

/** The first of the named properties that holds an object (or an array). */
export function ownObject(holder: object | undefined, ...names: readonly string[]): object | undefined {
  if (holder === undefined) return undefined;
  for (const name of names) {
    const value = Object.hasOwn(holder, name) ? ownField(holder, name) : undefined;
    if (typeof value === 'object' && value !== null) return value;
  }
  return undefined;
}

/** Whether one of the names is an own property, whatever it holds. Asked of each usage by every reader before its own: it makes nothing. */
export function hasOwnField(holder: object, names: readonly string[]): boolean {
  for (const name of names) if (Object.hasOwn(holder, name)) return true;
  return false;
}

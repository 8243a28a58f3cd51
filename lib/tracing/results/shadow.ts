/** A method of any kind: what it takes and gives is its owner's business. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method of this one object in front of the one it has, so that its use is seen and the object stays the same.
 * The new one is not enumerable and keeps name and length. `false` where the object cannot be changed (frozen).
 */
export function shadow(target: object, key: PropertyKey, make: (original: Method) => Method): boolean {
  const original = Reflect.get(target, key) as Method; // the caller found it by hasMethod
  const method = make(original);
  Object.defineProperties(method, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  return Reflect.defineProperty(target, key, { value: method, writable: true, configurable: true, enumerable: false });
}

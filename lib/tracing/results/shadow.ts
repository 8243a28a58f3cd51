/** A method of any kind: what it takes and gives is its owner's business. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a method of this one object in front of the one it has, so that its use is seen and the object stays the same.
 * The new one keeps name and length, and shows in the object's keys only where the one it had did. `false` where the object
 * cannot be changed (frozen).
 */
export function shadow(target: object, key: PropertyKey, make: (original: Method) => Method): boolean {
  const original = Reflect.get(target, key) as Method; // the caller found it by hasMethod
  const method = make(original);
  Object.defineProperties(method, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
  });
  const own = Reflect.getOwnPropertyDescriptor(target, key) ?? inherited;
  return Reflect.defineProperty(target, key, { ...own, value: method });
}

/** How a method stands in an object that had it from its prototype. */
const inherited: PropertyDescriptor = { writable: true, configurable: true, enumerable: false };

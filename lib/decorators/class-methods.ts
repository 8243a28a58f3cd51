import type { Callable } from './method-decorator.js';

/** A method as it stands in a prototype. */
export interface FoundMethod {
  readonly owner: object;
  readonly method: Callable;
  readonly descriptor: PropertyDescriptor;
}

/** An object and all that it inherits from, the nearest first. */
export function chainOf(object: object | undefined): object[] {
  const chain: object[] = [];
  for (let owner = object ?? null; owner !== null; owner = Object.getPrototypeOf(owner) as object | null)
    chain.push(owner);
  return chain;
}

/** The method that is an object's own; accessors are not called. */
export function methodAt(owner: object, key: PropertyKey): FoundMethod | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key);
  if (typeof descriptor?.value !== 'function') return undefined;
  return { owner, method: descriptor.value as Callable, descriptor };
}

/** Whether another function may be put in a method's place, or over an inherited one. */
export function isReplaceable(owner: object, key: PropertyKey): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key);
  if (descriptor === undefined) return Object.isExtensible(owner);
  return descriptor.configurable === true || descriptor.writable === true;
}

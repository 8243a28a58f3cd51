import type { AnyClass } from './agent-class.js';
import type { AnyArguments, Anything, TracedMethodDecorator } from './method-decorator.js';

type Decorator = TracedMethodDecorator<AnyArguments, Anything>;

/** Decorators for methods of a class, by the methods' names; static methods may stand among them. */
export type Instrumentation<Class extends AnyClass> = {
  readonly [Key in keyof InstanceType<Class> | Exclude<keyof Class, 'prototype'>]?: Decorator;
};

/**
 * Decorates methods of a class that one does not own: a library's, or one in plain JavaScript. Instances that exist already
 * are traced, too. Returns a function that puts everything back.
 *
 * @throws {TypeError} when the class has no such method; nothing is changed then.
 * @example
 * ```ts
 * const undo = instrument(SearchClient, { query: TracedTool({ name: 'search' }) });
 * // ...
 * undo();
 * ```
 */
export function instrument<Class extends AnyClass>(target: Class, methods: Instrumentation<Class>): () => void {
  if (typeof target !== 'function') throw new TypeError(`instrument() takes a class, but got ${typeof target}.`);
  const plans = Reflect.ownKeys(methods).map((key) => planFor(target, key, Reflect.get(methods, key) as Decorator));
  for (const { owner, key, decorated } of plans) Object.defineProperty(owner, key, decorated);
  return () => {
    for (const { owner, key, original, decorated } of plans.reverse()) {
      // Somebody may have wrapped it since; then theirs stays.
      if (Object.getOwnPropertyDescriptor(owner, key)?.value !== decorated.value) continue;
      if (original === undefined) Reflect.deleteProperty(owner, key);
      else Object.defineProperty(owner, key, original);
    }
  };
}

interface Plan {
  readonly owner: object;
  readonly key: string | symbol;
  /** `undefined` where the method was inherited. */
  readonly original: PropertyDescriptor | undefined;
  readonly decorated: PropertyDescriptor;
}

function planFor(target: AnyClass, key: string | symbol, decorate: Decorator): Plan {
  const prototype = target.prototype as object; // of a class
  const owner = key in prototype ? prototype : target;
  const descriptor = descriptorOf(owner, key);
  if (typeof descriptor?.value !== 'function') {
    throw new TypeError(
      `instrument() found no method '${String(key)}' in the class '${target.name}'. Check the spelling; fields cannot be instrumented.`,
    );
  }
  const decorated = decorate(owner, key, descriptor) ?? descriptor;
  return { owner, key, original: Object.getOwnPropertyDescriptor(owner, key), decorated };
}

function descriptorOf(target: object, key: string | symbol): PropertyDescriptor | undefined {
  for (let owner: object | null = target; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

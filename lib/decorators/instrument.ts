import type { AgentClass } from './agent-class.js';
import { chainOf, isReplaceable } from './class-methods.js';
import { type Layer, putOn, takeOff } from './layers.js';
import type { Anything, TracedMethodDecorator } from './method-decorator.js';

type Decorator = TracedMethodDecorator<Anything[], Anything>;

/** Decorators for methods of a class, by the methods' names; static methods may stand among them. */
export type Instrumentation<Class extends AgentClass> = {
  readonly [Key in MethodKeys<InstanceOf<Class>> | MethodKeys<Class>]?: Decorator;
};

/** Where the constructor is private or protected, there is no constructor type to tell it. */
type InstanceOf<Class extends AgentClass> = Class extends abstract new (
  ...args: never[]
) => infer Instance
  ? Instance
  : Class['prototype'];

type MethodKeys<Owner> = {
  [Key in keyof Owner]-?: Owner[Key] extends ((...args: never[]) => unknown) | undefined ? Key : never;
}[keyof Owner];

/**
 * Decorates methods of a class that one does not own: a library's, or one in plain JavaScript. Instances that exist already
 * are traced, too. Where a static method and one of the instances share a name, both are. Returns a function that puts
 * everything back; where the same method was decorated again since, it is back once that is undone, too.
 *
 * @throws {TypeError} when the class has no such method or it cannot be redefined, or what is given for it is no decorator; nothing is
 * changed then.
 * @example
 * ```ts
 * const undo = instrument(SearchClient, { query: TracedTool({ name: 'search' }) });
 * // ...
 * undo();
 * ```
 */
export function instrument<Class extends AgentClass>(target: Class, methods: Instrumentation<Class>): () => void {
  if (typeof target !== 'function') throw new TypeError(`instrument() takes a class, but got ${typeof target}.`);
  if (typeof methods !== 'object' || methods === null)
    throw new TypeError(`instrument() takes an object of decorators by method, but got ${String(methods)}.`);
  const layers = Reflect.ownKeys(methods).flatMap((key) => layersFor(target, key, Reflect.get(methods, key)));
  for (const layer of layers) putOn(layer);
  return () => {
    for (const layer of layers) takeOff(layer);
  };
}

function layersFor(target: AgentClass, key: string | symbol, decorate: unknown): Layer[] {
  const place = `'${String(key)}' of the class '${target.name}'`;
  if (key === 'constructor') {
    throw new TypeError(
      `instrument() cannot decorate ${place}. Name the methods that are to be traced, or wrap what makes the instances.`,
    );
  }
  if (typeof decorate !== 'function') {
    throw new TypeError(
      `instrument() takes a decorator for ${place}, but got ${typeof decorate}. Give it one, such as TracedTool().`,
    );
  }
  const found = [target.prototype as object, target].flatMap((owner) => {
    const descriptor = methodOf(owner, key);
    return descriptor === undefined ? [] : [{ owner, descriptor }];
  });
  if (found.length === 0) {
    throw new TypeError(
      `instrument() found no method '${String(key)}' in the class '${target.name}'. Check the spelling; fields cannot be instrumented.`,
    );
  }
  if (found.some(({ owner }) => !isReplaceable(owner, key))) {
    throw new TypeError(
      `instrument() cannot decorate ${place}: it is frozen, or cannot be redefined. Wrap what is called with traceTool(), traceLLM() or traceAgent().`,
    );
  }
  return found.map(({ owner, descriptor }) => ({
    owner,
    key,
    original: Object.getOwnPropertyDescriptor(owner, key),
    decorated: (decorate as Decorator)(owner, key, descriptor) ?? descriptor,
  }));
}

/** The method as it stands in the nearest of those who have the key; what every function has is no method of the class. */
function methodOf(object: object, key: string | symbol): PropertyDescriptor | undefined {
  const owner = chainOf(object).find((each) => each !== Function.prototype && Object.hasOwn(each, key));
  const descriptor = owner && Object.getOwnPropertyDescriptor(owner, key);
  return typeof descriptor?.value === 'function' ? descriptor : undefined;
}

import { SpanType } from '../entities/attributes.js';
import { isAgentPrototype, markAgent } from '../tracing/capture/class-facts.js';
import { type AgentClass, type AnyAgentOptions, decorateAgentClass } from './agent-class.js';
import { classNamer, entryNamer, ownName } from './agent-names.js';
import {
  type Anything,
  type Callable,
  isStandardContext,
  type MethodPlace,
  methodDecorator,
  type TracedMethodDecorator,
} from './method-decorator.js';
import { type AgentOptions, checkOptions } from './options.js';
import { traceMethod } from './trace-method.js';

/** `@TracedAgent()` stands on classes and on methods, in both conventions. */
export interface TracedAgentDecorator<Args extends readonly unknown[], Output>
  extends TracedMethodDecorator<Args, Output> {
  /** A class, standard convention. */
  (agentClass: AgentClass, context: ClassDecoratorContext): void;
  /** A class, legacy convention; also one of a mixin, which extends a class that is not known. */
  (agentClass: abstract new (...args: never[]) => object): void;
  /** One whose constructor is private or protected, legacy convention. */
  <Class extends AgentClass>(agentClass: Class & KnownPrototype<Class>): void;
}

/** Tells a class without a constructor type from any other function, such as a getter's: the prototype of those is `any`. */
type KnownPrototype<Class> = Class extends { readonly prototype: infer Prototype }
  ? 0 extends 1 & Prototype
    ? never
    : unknown
  : never;

/**
 * On a class: names the agent, and makes an AGENT span `<agent>.<method>` of each call that enters it. Entries are the methods
 * that carry `@TracedAgent()` themselves or stand in `options.methods`: each call of them opens a span. Where there are none,
 * every public method is one, but opens a span only when control comes from outside: from another agent, or from none. Where a
 * class has no methods, as one that a class decorator returns, they are those of the class it extends.
 *
 * On a method: makes it such an entry. A direct `super` call of the same method is part of the same entry.
 *
 * The agent's name is read when a method is called: `options.name`, else the instance's `name`, else its class's name.
 *
 * @throws {TypeError} at decoration, on a field or accessor, for unknown options, and for `methods` that do not exist.
 * @example
 * ```ts
 * @TracedAgent()
 * class Researcher {
 *   constructor(readonly name: string) {}
 *   async run(question: string) { return `${question} Because of Rayleigh scattering.`; }
 * }
 * await new Researcher('Ada').run('Why is the sky blue?'); // span `Ada.run`
 * ```
 */
export function TracedAgent<Args extends readonly unknown[] = Anything[], Output = Anything>(
  options: AgentOptions<Args, Output> = {},
  ...rest: never[]
): TracedAgentDecorator<Args, Output> {
  checkOptions('TracedAgent', [options, ...rest]);
  const decorateMethod = methodDecorator<Args, Output>('TracedAgent', (method, place) =>
    traceEntry(method, place, options),
  );
  function decorate(first: unknown, second?: unknown, third?: unknown): unknown {
    const isClass = isStandardContext(second)
      ? (second.kind as string) === 'class'
      : typeof first === 'function' && 'prototype' in first && second === undefined;
    if (!isClass) return (decorateMethod as (...args: unknown[]) => unknown)(first, second, third);
    decorateAgentClass(first as AgentClass, options, isStandardContext(second) ? second.metadata : undefined);
    return undefined;
  }
  return decorate as TracedAgentDecorator<Args, Output>;
}

function traceEntry(method: Callable, place: MethodPlace, options: AnyAgentOptions): Callable {
  const { name, methods, ...spanOptions } = options;
  if (methods !== undefined) {
    throw new TypeError(`The option 'methods' of @TracedAgent is for classes, but '${String(place.key)}' is a method.`);
  }
  markOwner(place);
  return traceMethod(method, place, {
    type: SpanType.agent,
    options: spanOptions,
    entry: 'explicit',
    nameOf: entryNamer(String(place.key), { name, className: classNamer(place) }),
  });
}

/** A class with a traced entry is an agent, even if the class itself is not decorated. */
function markOwner({ owner, isStatic, onInstance }: MethodPlace): void {
  if (isStatic) return;
  if (owner !== undefined) markIfNew(owner);
  onInstance?.(function (this: object) {
    markIfNew(Object.getPrototypeOf(this) as object);
  });
}

function markIfNew(prototype: object): void {
  // A class decorator, which runs later or ran on a base class, knows the name better.
  if (!isAgentPrototype(prototype)) markAgent(prototype, ownName);
}

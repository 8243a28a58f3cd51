import { SpanType } from '../entities/attributes.js';
import { agentNameOf, markAgent } from '../tracing/capture/class-facts.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { defineSpan, type SpanOptions } from './define-span.js';
import { type Anything, type Callable, isTouched } from './method-decorator.js';
import type { AgentOptions } from './options.js';
import { sensitivePositionsOf } from './sensitive.js';
import { markOf, traceCallable } from './trace-callable.js';

/** A class of any kind, abstract ones too. */
export type AnyClass = abstract new (...args: never[]) => object;

/** The options of `@TracedAgent`, whatever its callbacks take. */
export type AnyAgentOptions = Omit<SpanOptions, 'name'> & Pick<AgentOptions, 'name' | 'methods'>;

/** Methods that belong to the language, not to the agent. */
const neverEntries: ReadonlySet<string> = new Set(['constructor', 'then', 'toJSON', 'toString']);

/** Makes a class an agent: its instances are captured as their name, and its entries open spans. */
export function decorateAgentClass(agentClass: AnyClass, options: AnyAgentOptions, metadata?: object): void {
  const prototype = agentClass.prototype as object; // of a class
  markAgent(prototype, agentNamer(options.name));
  const { methods } = options;
  const entries = methods === undefined ? entriesOf({ prototype, metadata }) : namedEntries(agentClass, methods);
  for (const { key, label, entry } of entries) {
    const inherited = findMethod(prototype, key);
    if (inherited === undefined) continue;
    const { name: _agentName, methods: _methods, ...spanOptions } = options;
    const traced = traceCallable(
      inherited.method,
      defineSpan(inherited.method, {
        type: SpanType.agent,
        key,
        functionName: key,
        options: spanOptions,
        entry,
        nameOf: entryNamer(label),
        sensitivePositions: sensitivePositionsOf(inherited.owner, key),
      }),
    );
    Object.defineProperty(prototype, key, { ...inherited.descriptor, value: traced });
  }
}

/** The name of an entry's span, `<agent>.<label>`, read when the method is called. */
export function entryNamer(label: string): NonNullable<SpanDefinition['nameOf']> {
  return (self) => {
    const agent = agentNameFor(self);
    return { name: `${agent}.${label}`, agent };
  };
}

/** What an agent is called: as its class was decorated, else its own `name`, else its class. */
function agentNameFor(self: unknown): string {
  const isInstance = typeof self === 'object' && self !== null;
  return (isInstance ? agentNameOf(self) : undefined) ?? ownName(self);
}

function agentNamer(name: AgentOptions['name']): (instance: object) => string {
  if (typeof name === 'string') return () => name;
  if (name === undefined) return ownName;
  return (instance) => {
    const chosen: unknown = name(instance as Anything); // the user says what the class is
    return typeof chosen === 'string' && chosen !== '' ? chosen : ownName(instance);
  };
}

function ownName(self: unknown): string {
  const { name, constructor } = (self ?? {}) as { name?: unknown; constructor?: { name?: unknown } };
  if (typeof name === 'string' && name !== '') return name;
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'agent';
}

interface ClassPlace {
  readonly prototype: object;
  /** What the decorators of the class share in the standard convention, where the runtime has it. */
  readonly metadata: object | undefined;
}

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly entry: 'explicit' | 'implicit';
}

/**
 * The methods still to be wrapped. Those that carry `@TracedAgent` are explicit entries already; where there are any, or
 * `options.methods` names some, or a base class has some, nothing else of the class is an entry.
 */
function entriesOf(place: ClassPlace): Entry[] {
  const { prototype } = place;
  const own = Object.getOwnPropertyNames(prototype).filter((key) => methodAt(prototype, key) !== undefined);
  if (own.some((key) => isExplicit(methodAt(prototype, key)))) return [];
  const inherited = own.filter((key) => isOpen(place, key) && isExplicit(inheritedMethod(prototype, key)));
  if (inherited.length > 0 || hasExplicitAbove(prototype)) {
    return inherited.map((key) => ({ key, label: key, entry: 'explicit' }));
  }
  return own
    .filter((key) => !key.startsWith('_') && !neverEntries.has(key) && isOpen(place, key))
    .map((key) => ({ key, label: key, entry: 'implicit' }));
}

function namedEntries(agentClass: AnyClass, methods: NonNullable<AgentOptions['methods']>): Entry[] {
  const labels = Array.isArray(methods) ? methods.map((key: string) => [key, key] as const) : Object.entries(methods);
  return labels.map(([key, label]) => {
    if (findMethod(agentClass.prototype as object, key) === undefined) {
      throw new TypeError(
        `@TracedAgent names '${key}' among its methods, but the class '${agentClass.name}' has no such method. Check the spelling.`,
      );
    }
    return { key, label, entry: 'explicit' };
  });
}

/** Whether none of our decorators stands on the method. */
function isOpen(place: ClassPlace, key: string): boolean {
  const { prototype, metadata } = place;
  return markOf(methodAt(prototype, key)) === undefined && !isTouched(prototype, key) && !isTouched(metadata, key);
}

function isExplicit(method: unknown): boolean {
  return markOf(method)?.definition?.entry === 'explicit';
}

function hasExplicitAbove(prototype: object): boolean {
  const above: unknown = Object.getPrototypeOf(prototype);
  if (above === null || above === Object.prototype) return false;
  const owner = above as object; // a prototype that is not null
  return Object.getOwnPropertyNames(owner).some((key) => isExplicit(methodAt(owner, key))) || hasExplicitAbove(owner);
}

function inheritedMethod(prototype: object, key: string): unknown {
  const above: unknown = Object.getPrototypeOf(prototype);
  return typeof above === 'object' && above !== null ? findMethod(above, key)?.method : undefined;
}

function methodAt(owner: object, key: string): Callable | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof value === 'function' ? (value as Callable) : undefined;
}

interface FoundMethod {
  readonly owner: object;
  readonly method: Callable;
  readonly descriptor: PropertyDescriptor;
}

function findMethod(prototype: object, key: string): FoundMethod | undefined {
  for (let owner: object | null = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) {
      return typeof descriptor.value === 'function'
        ? { owner, method: descriptor.value as Callable, descriptor }
        : undefined;
    }
  }
  return undefined;
}

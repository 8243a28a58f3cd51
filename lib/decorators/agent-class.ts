import { SpanType } from '../entities/attributes.js';
import { isAgentPrototype, markAgent, markBudget } from '../tracing/capture/class-facts.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { agentNamer, classNameOf, entryNamer, isName } from './agent-names.js';
import { chainOf, type FoundMethod, isReplaceable, methodAt } from './class-methods.js';
import { defineSpan, type SpanOptions } from './define-span.js';
import { type Mark, markAt, markOf, marksIn, type Place } from './marks.js';
import type { AgentOptions } from './options.js';
import { traceCallable } from './trace-callable.js';

/** Any class that may be an agent; one whose constructor is private or protected matches no constructor type. */
export interface AgentClass {
  readonly prototype: object;
  readonly name: unknown;
}

/** The options of `@TracedAgent`, whatever its callbacks take. */
export type AnyAgentOptions = Omit<SpanOptions, 'name'> & Pick<AgentOptions, 'name' | 'methods'>;

/** Methods that belong to the language, not to the agent. */
const neverEntries: ReadonlySet<string> = new Set(['constructor', 'then', 'toJSON', 'toString']);

/** Makes a class an agent: its instances are captured as their name, and its entries open spans. */
export function decorateAgentClass(agentClass: AgentClass, options: AnyAgentOptions, metadata?: object): void {
  const { prototype } = agentClass;
  const className = classNameOf(agentClass);
  const detachedName = isName(options.name) ? options.name : className;
  const { name: _agentName, methods, budget, ...spanOptions } = options;
  const place = { owner: prototype, metadata };
  const entries = methods === undefined ? entriesOf(place) : namedEntries(agentClass, methods);
  const fixed = entries.find(({ key }) => !isReplaceable(prototype, key));
  if (fixed !== undefined) throw fixedMethod(fixed.key, className);
  markAgent(prototype, agentNamer(options.name, className));
  if (budget !== undefined) markBudget(prototype, budget);
  for (const { key, label, entry, message } of entries) {
    const inherited = findMethod(prototype, key);
    if (inherited === undefined) continue;
    const traced = traceCallable(
      inherited.method,
      defineSpan(inherited.method, {
        type: SpanType.agent,
        key,
        functionName: key,
        options: spanOptions,
        entry,
        nameOf: entryNamer(label, { className: () => detachedName }),
        message,
        place: inherited.owner === prototype ? { ...place, key } : { owner: inherited.owner, metadata: undefined, key },
      }),
    );
    Object.defineProperty(prototype, key, { ...inherited.descriptor, value: traced });
  }
}

/** The class as its decorators know it. */
type ClassPlace = Omit<Place, 'key'> & { readonly owner: object };

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly entry: 'explicit' | 'implicit';
  /** Of an override of a method that takes messages: how to read them. */
  readonly message: SpanDefinition['message'];
}

/**
 * The methods still to be wrapped. Those that carry `@TracedAgent` are explicit entries already; where there are any, or
 * `options.methods` names some, or a base class has some, nothing else of the class is an entry.
 */
function entriesOf(decorated: ClassPlace): Entry[] {
  const place = { ...decorated, owner: ownerOfMethods(decorated.owner) };
  const own = methodNames(place.owner).map((key) => ({
    key,
    label: key,
    mark: markAt({ ...place, key }, methodAt(place.owner, key)?.method),
  }));
  if (own.some(({ mark }) => isExplicit(mark))) return [];
  const open = own.filter(({ mark }) => mark === undefined);
  const above = explicitAbove(place);
  if (above.size > 0)
    return open
      .filter(({ key }) => above.has(key))
      .map((method) => ({ ...method, entry: 'explicit', message: above.get(method.key)?.message }));
  return open
    .filter(({ key }) => !key.startsWith('_') && !neverEntries.has(key))
    .map((method) => ({ ...method, entry: 'implicit', message: undefined }));
}

/** Where a class has no methods, as those that class decorators return, the class it extends; but an agent has its entries already. */
function ownerOfMethods(prototype: object): object {
  const owner = chainOf(prototype).find((each) => methodNames(each).length > 0);
  return owner === undefined || owner === Object.prototype || isAgentPrototype(owner) ? prototype : owner;
}

function methodNames(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter(
    (key) => key !== 'constructor' && methodAt(prototype, key) !== undefined,
  );
}

function namedEntries(agentClass: AgentClass, methods: NonNullable<AgentOptions['methods']>): Entry[] {
  const labels = Array.isArray(methods) ? methods.map((key: string) => [key, key] as const) : Object.entries(methods);
  return labels.map(([key, label]) => {
    if (key === 'constructor' || findMethod(agentClass.prototype, key) === undefined) {
      throw new TypeError(
        `@TracedAgent names '${key}' among its methods, but the class '${agentClass.name}' has no such method. Check the spelling.`,
      );
    }
    return { key, label, entry: 'explicit', message: undefined };
  });
}

function fixedMethod(key: string, className: string): TypeError {
  return new TypeError(
    `@TracedAgent cannot trace '${key}' of the class '${className}': it is frozen, or cannot be redefined. Freeze the class after it is decorated, or leave the method out by 'methods' or @Untraced().`,
  );
}

function isExplicit(mark: Mark | undefined): boolean {
  return mark?.definition?.entry === 'explicit';
}

/** The explicit entries of the classes above. */
function explicitAbove({ owner, metadata }: ClassPlace): ReadonlyMap<PropertyKey, SpanDefinition | undefined> {
  const [, ...prototypes] = chainOf(owner);
  const [, ...shared] = chainOf(metadata);
  const standing = prototypes.flatMap((prototype) =>
    Object.getOwnPropertyNames(prototype).map((key) => [key, markOf(methodAt(prototype, key)?.method)] as const),
  );
  const placed = [...prototypes, ...shared].flatMap((above) => [...marksIn(above)]);
  const explicit = [...standing, ...placed].filter(([, mark]) => isExplicit(mark));
  return new Map(explicit.toReversed().map(([key, mark]) => [key, mark?.definition]));
}

function findMethod(prototype: object, key: string): FoundMethod | undefined {
  const owner = chainOf(prototype).find((each) => Object.hasOwn(each, key));
  return owner && methodAt(owner, key);
}

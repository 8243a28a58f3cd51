import { getOrInsert } from '../../utils/get-or-insert.js';
import { processWide } from '../../utils/process-wide.js';
import type { Budget } from '../span-definition.js';

/** What decorators told about classes, by prototype. Looked up along the prototype chain, so that subclasses inherit it. */
const sensitiveKeys = processWide('sensitive-keys/1', () => new WeakMap<object, Set<PropertyKey>>());
const agentNamers = processWide('agent-namers/1', () => new WeakMap<object, (instance: object) => string>());

const budgets = processWide('agent-budgets/1', () => ({ byPrototype: new WeakMap<object, Budget>(), areUsed: false }));

/** Says that a field of the instances of a class is never captured. */
export function markSensitive(prototype: object, key: PropertyKey): void {
  getOrInsert(sensitiveKeys, prototype, () => new Set()).add(key);
}

/** Whether a field of the instances with this prototype is never captured. */
export function isSensitive(prototype: object | null, key: PropertyKey): boolean {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    if (sensitiveKeys.get(owner)?.has(key)) return true;
  }
  return false;
}

/** Says that the instances of a class are agents, and how to name one. */
export function markAgent(prototype: object, nameOf: (instance: object) => string): void {
  agentNamers.set(prototype, nameOf);
}

/** Whether the instances with this prototype are agents. */
export function isAgentPrototype(prototype: object | null): boolean {
  return namerOf(prototype) !== undefined;
}

/** The name of an agent, `undefined` for any other object. Whatever the user's own naming throws is thrown. */
export function agentNameOf(value: object): string | undefined {
  return namerOf(Object.getPrototypeOf(value) as object | null)?.(value);
}

/** Says what each call that enters an agent of a class may use. */
export function markBudget(prototype: object, budget: Budget): void {
  budgets.byPrototype.set(prototype, budget);
  budgets.areUsed = true;
}

/** What a call that enters this agent may use; `undefined` if its class has no budget. */
export function classBudgetOf(agent: unknown): Budget | undefined {
  if (!budgets.areUsed || typeof agent !== 'object' || agent === null) return undefined;
  for (let owner: unknown = Object.getPrototypeOf(agent); isObject(owner); owner = Object.getPrototypeOf(owner)) {
    const budget = budgets.byPrototype.get(owner);
    if (budget !== undefined) return budget;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function namerOf(prototype: object | null): ((instance: object) => string) | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const namer = agentNamers.get(owner);
    if (namer !== undefined) return namer;
  }
  return undefined;
}

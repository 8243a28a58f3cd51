import { processWide } from '../../utils/process-wide.js';

/** What decorators told about classes, by prototype. Looked up along the prototype chain, so that subclasses inherit it. */
const sensitiveKeys = processWide('sensitive-keys/1', () => new WeakMap<object, Set<PropertyKey>>());
const agentNamers = processWide('agent-namers/1', () => new WeakMap<object, (instance: object) => string>());

/** Says that a field of the instances of a class is never captured. */
export function markSensitive(prototype: object, key: PropertyKey): void {
  const keys = sensitiveKeys.get(prototype) ?? new Set();
  keys.add(key);
  sensitiveKeys.set(prototype, keys);
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

function namerOf(prototype: object | null): ((instance: object) => string) | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const namer = agentNamers.get(owner);
    if (namer !== undefined) return namer;
  }
  return undefined;
}

/**
 * One value for all copies of the package in a process: two versions, or one that is bundled. Without it a class that one copy's
 * decorator touched would be a stranger to the other.
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`traced-agents/${name}`);
  const holder = globalThis as { [key]?: Value };
  holder[key] ??= make();
  return holder[key];
}

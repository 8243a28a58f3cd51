/** Freezes parsed JSON through and through, so that one reader cannot change what the next one sees. */
export function deepFreeze<Value>(value: Value): Value {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const child of Object.values(next)) open.push(child);
  }
  return value;
}

/** A copy of JSON that belongs to somebody else, frozen through and through. */
export function frozenCopy<Value>(json: Value): Value {
  return deepFreeze(structuredClone(json));
}

/** What a map or a weak map has in common with the other. */
interface Lookup<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/** The value under a key; where there is none, the one that is made, which stands there from now on. */
export function getOrInsert<Key, Value>(values: Lookup<Key, Value>, key: Key, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}

/** Adds to the list under a key. */
export function addTo<Key, Item>(lists: Lookup<Key, Item[]>, key: Key, item: Item): void {
  getOrInsert(lists, key, (): Item[] => []).push(item);
}

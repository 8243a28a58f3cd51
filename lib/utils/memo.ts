/** What a memo holds on to. */
export interface MemoLimits {
  /** The first that come are kept, and stay. */
  readonly maxKeys: number;
  /** Characters of a key that is kept. */
  readonly longestKey: number;
}

/** What follows from a text, found out once for each: programs use the same few names and keys again and again. Bounded. */
export class Memo<Value> {
  readonly #valueOf: (key: string) => Value;
  readonly #maxKeys: number;
  readonly #longestKey: number;
  readonly #values = new Map<string, Value>();

  constructor(valueOf: (key: string) => Value, { maxKeys, longestKey }: MemoLimits) {
    this.#valueOf = valueOf;
    this.#maxKeys = maxKeys;
    this.#longestKey = longestKey;
  }

  get(key: string): Value {
    if (key.length > this.#longestKey) return this.#valueOf(key); // not even looked up: the hash of a long text costs
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = this.#valueOf(key);
    if (this.#values.size < this.#maxKeys) this.#values.set(key, value);
    return value;
  }
}

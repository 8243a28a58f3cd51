const none: readonly string[] = [];

/**
 * The keys of records. A value is looked at in up to three ways before it is written, and to list the keys of a record that is far
 * too large takes longer than all the rest: its list is made once.
 */
export class KeyLists {
  readonly #maxKeys: number;
  #record: object | undefined = undefined;
  #keys: readonly string[] = none;

  /** A list of more than `maxKeys` is kept for those who come next. */
  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  of(record: object): readonly string[] {
    if (record === this.#record) return this.#keys;
    const keys = Object.keys(record);
    if (keys.length > this.#maxKeys) {
      this.#record = record;
      this.#keys = keys;
    }
    return keys;
  }

  /** Lets go of the record, which may have other keys when it is met again. */
  forget(): void {
    this.#record = undefined;
    this.#keys = none;
  }
}

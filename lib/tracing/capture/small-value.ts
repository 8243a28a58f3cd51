import { types } from 'node:util';
import type { KnownKey } from './key-book.js';
import { hasItem } from './own-fields.js';
import { isSecretName } from './secret-pairs.js';
import type { WriterRules } from './value-writer.js';

/** Longer values are written faster by the engine, once they are found plain. */
export const smallLength = 600;

/** Deeper ones, circles among them, go another way. */
export const smallDepth = 8;

const longestText = 256;

/** The rules that small values need. */
type SmallRules = Pick<WriterRules, 'text' | 'keys' | 'keyLists'>;

/**
 * Writes plain data that is small, in one go: most inputs and outputs are. Anything that needs more thought (instances,
 * getters, secrets by name, what is long or deep) makes it give up, and the value goes another way. One writes all values.
 */
export class SmallValue {
  readonly #rules: SmallRules;
  #left = smallLength;

  constructor(rules: SmallRules) {
    this.#rules = rules;
  }

  /** JSON text, or `undefined` for a value that is not small and plain. */
  writeAll(value: object): string | undefined {
    this.#left = smallLength;
    return this.#writeObject(value, 0);
  }

  #write(value: unknown, depth: number): string | undefined {
    if (typeof value === 'string') return this.#writeText(value);
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? `${value}` : undefined;
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (value === null) return 'null';
    return typeof value === 'object' ? this.#writeObject(value, depth) : undefined;
  }

  #writeText(text: string): string | undefined {
    this.#left -= text.length;
    // A long text seldom comes alone: the sooner it gives up, the less is done twice.
    return this.#left < 0 || text.length > longestText ? undefined : this.#rules.text.quoted(text, text.length);
  }

  #writeObject(value: object, depth: number): string | undefined {
    if (depth >= smallDepth || types.isProxy(value)) return undefined; // its traps are called once, by who writes it
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#writeRecord(value, depth);
    return prototype === Array.prototype && Array.isArray(value) ? this.#writeList(value, depth) : undefined;
  }

  #writeRecord(record: object, depth: number): string | undefined {
    const keys = this.#rules.keyLists.of(record);
    if (keys.length > smallLength) return undefined;
    const knownKeys = this.#rules.keys.lookUpAll(keys);
    let json = '{';
    for (let index = 0; index < keys.length; index += 1) {
      // Of few fields the engine tells faster by descriptors than by asking for getters.
      const descriptor = Object.getOwnPropertyDescriptor(record, keys[index] as string); // within the bounds
      const known = knownKeys[index] as KnownKey; // as long as `keys`
      if (descriptor === undefined || descriptor.get !== undefined || !known.isPlain) return undefined;
      const value: unknown = descriptor.value;
      if (value === undefined) continue;
      this.#left -= known.text.length + 1;
      const text = this.#write(value, depth + 1);
      if (text === undefined || this.#left < 0) return undefined;
      json += json === '{' ? known.text : known.commaText;
      json += text;
    }
    return `${json}}`;
  }

  #writeList(list: readonly unknown[], depth: number): string | undefined {
    if (list.length > smallLength || (list.length === 2 && depth > 0)) return undefined; // two may be a name and a secret
    let json = '[';
    for (let index = 0; index < list.length; index += 1) {
      this.#left -= 2;
      const text = this.#writeItem(list, index, depth);
      if (text === undefined) return undefined;
      json += index === 0 ? text : `,${text}`;
    }
    return `${json}]`;
  }

  #writeItem(list: readonly unknown[], index: number, depth: number): string | undefined {
    if (this.#left < 0 || !hasItem(list, index)) return undefined;
    const item = list[index];
    return isSecretName(item, this.#rules.keys) ? undefined : this.#write(item, depth + 1);
  }
}

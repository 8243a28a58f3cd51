import { types } from 'node:util';
import type { KnownKey } from './key-book.js';
import { hasItem, isGetter } from './own-fields.js';
import { isSecretName } from './secret-pairs.js';
import type { WriterRules } from './value-writer.js';

/** Shorter ones are looked through faster than they are remembered. */
const shortestMessage = 128;

/**
 * Finds out whether a value is plain data through and through, within all bounds and with nothing to hide: then the engine's
 * own `JSON.stringify` writes it, which is the fastest way for anything large. It changes nothing and calls nothing.
 */
export class PlainJudge {
  readonly #rules: WriterRules;
  #nodesLeft: number;
  #left: number;

  constructor(rules: WriterRules, budget: number) {
    this.#rules = rules;
    this.#nodesLeft = rules.maxNodes;
    this.#left = budget;
  }

  /** Whether the engine would write the value, and nothing else. */
  isPlainData(value: object): boolean {
    return !('toJSON' in Array.prototype) && this.#isPlain(value, 0); // every plain object would have it
  }

  #isPlain(value: unknown, depth: number): boolean {
    if (typeof value === 'string') return this.#isPlainText(value);
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
    if (value == null || typeof value === 'boolean') return true;
    return typeof value === 'object' && depth < this.#rules.maxDepth && this.#isPlainObject(value, depth);
  }

  #isPlainText(text: string): boolean {
    this.#left -= text.length + 2;
    return this.#left >= 0 && this.#rules.text.isClean(text);
  }

  #isPlainObject(value: object, depth: number): boolean {
    if (types.isProxy(value)) return false; // its traps may say one thing now and another when it is written
    if (Object.hasOwn(value, 'toJSON')) return false; // the engine would call it, whether or not it is among the keys
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Array.isArray(value)) return prototype === Array.prototype && this.#isPlainList(value, depth);
    if (prototype !== Object.prototype && (prototype !== null || isRawJson(value))) return false;
    return this.#isPlainRecord(value as Readonly<Record<string, unknown>>, depth);
  }

  #isPlainList(list: readonly unknown[], depth: number): boolean {
    this.#nodesLeft -= list.length;
    if (this.#nodesLeft < 0 || this.#isPair(list, depth)) return false;
    for (let index = 0; index < list.length; index += 1) {
      if (!hasItem(list, index)) return false;
      const value = list[index];
      if (!this.#isPlain(value, depth + 1) || isSecretName(value, this.#rules.keys)) return false; // its value may follow
    }
    return true;
  }

  #isPlainRecord(record: Readonly<Record<string, unknown>>, depth: number): boolean {
    const keys = this.#rules.keyLists.of(record);
    this.#nodesLeft -= keys.length;
    if (this.#nodesLeft < 0) return false;
    const knownKeys = this.#rules.keys.lookUpAll(keys);
    for (let index = 0; index < keys.length; index += 1) {
      const { isPlain, isMessageText, text } = knownKeys[index] as KnownKey; // as long as `keys`
      if (!isPlain) return false; // it hides something, or what stands under it needs a look
      this.#left -= text.length;
      const key = keys[index] as string; // within the bounds
      if (isGetter(record, key)) return false;
      const value = record[key];
      const isFine =
        isMessageText && typeof value === 'string'
          ? this.#isPlainMessage(record, value)
          : this.#isPlain(value, depth + 1);
      if (!isFine) return false;
    }
    return true;
  }

  /** A conversation is sent again with each call of a model: what was found clean once is not looked through again. */
  #isPlainMessage(message: object, text: string): boolean {
    if (text.length < shortestMessage || this.#rules.cleanMessages.get(message) !== text) {
      if (!this.#isPlainText(text)) return false;
      if (text.length >= shortestMessage) this.#rules.cleanMessages.set(message, text);
      return true;
    }
    this.#left -= text.length + 2;
    return this.#left >= 0;
  }

  /** A list of two may be a key and its value: the writer looks at those. */
  #isPair(list: readonly unknown[], depth: number): boolean {
    if (depth === 0 || list.length !== 2 || !hasItem(list, 0)) return false;
    return typeof list[0] === 'string' && this.#rules.keys.lookUp(list[0]).isSecret;
  }
}

const { isRawJSON } = JSON as { readonly isRawJSON?: (value: unknown) => boolean };

/** Whether it holds JSON that the engine would write as it is, whatever it says once it is read. Newer engines have it. */
function isRawJson(value: object): boolean {
  return isRawJSON?.(value) === true;
}

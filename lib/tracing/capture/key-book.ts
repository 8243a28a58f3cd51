import { Memo } from '../../utils/memo.js';
import { isValueKey } from './naming.js';
import type { SecretKeys } from './secret-keys.js';
import { quote, type TextRules } from './text-rules.js';

/** What is known of a key of a record. */
export interface KnownKey {
  /** The key as JSON with its colon: `"query":`. */
  readonly text: string;
  /** The same after a comma. */
  readonly commaText: string;
  /** Whether what stands under it is hidden. */
  readonly isSecret: boolean;
  /** Whether `JSON.stringify` would write it the same, and nothing has to be looked at beside it. */
  readonly isPlain: boolean;
  /** Whether the long text of a message stands under it. */
  readonly isMessageText: boolean;
}

const maxKeys = 10_000;
const longestKept = 64;
/** Records with more keys are seldom alike. */
const mostAlike = 16;
const slots = 64;

/** The keys of a record, and what is known of them. */
interface KnownKeys {
  readonly keys: readonly string[];
  readonly known: readonly KnownKey[];
}

/** Judges the keys of records: programs use the same few again and again, so that each is looked at once. */
export class KeyBook {
  readonly #text: TextRules;
  readonly #secretKeys: SecretKeys | undefined;
  readonly #known = new Memo((key) => this.#judge(key), { maxKeys, longestKey: longestKept });
  /** The last records met, each in a slot that it may share with others: those of a program are of few kinds. */
  readonly #alike: (KnownKeys | undefined)[] = Array.from({ length: slots }, () => undefined);

  constructor(text: TextRules, secretKeys: SecretKeys | undefined) {
    this.#text = text;
    this.#secretKeys = secretKeys;
  }

  lookUp(key: string): KnownKey {
    return this.#known.get(key);
  }

  /** What is known of all keys of a record, in their order: a list of messages asks for the same two again and again. */
  lookUpAll(keys: readonly string[]): readonly KnownKey[] {
    const slot = slotOf(keys);
    const alike = this.#alike[slot];
    return alike !== undefined && areSame(alike.keys, keys) ? alike.known : this.#meet(keys, slot);
  }

  /** Apart from the look, which is to make no closure. */
  #meet(keys: readonly string[], slot: number): readonly KnownKey[] {
    const known = keys.map((key) => this.lookUp(key));
    if (keys.length <= mostAlike && keys.every(isKept)) this.#alike[slot] = { keys, known };
    return known;
  }

  /** Whether a text could be the name of a secret: rules out nearly all, and remembers none. */
  mayName(text: string): boolean {
    return text.length <= longestKept && this.#secretKeys?.mayEnd(text, text.length) === true;
  }

  #judge(key: string): KnownKey {
    const isSecret = this.#secretKeys?.has(key) === true;
    const clean = this.#text.clean(key, key.length);
    const isPlain = !isSecret && clean === key && key.isWellFormed() && key !== 'data' && !isValueKey(key);
    const isMessageText = key === 'content' || key === 'text';
    const text = `${quote(clean)}:`;
    return { text, commaText: `,${text}`, isSecret, isPlain, isMessageText };
  }
}

/** Longer ones are data more often than names. */
function isKept(key: string): boolean {
  return key.length <= longestKept;
}

/** Records with other keys nearly always have more of them, or less, or a first one of another length. */
function slotOf(keys: readonly string[]): number {
  return (keys.length * 5 + (keys[0]?.length ?? 0)) & (slots - 1);
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false;
  return true;
}

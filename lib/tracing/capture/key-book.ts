import { Memo } from '../../utils/memo.js';
import type { SecretKeys } from './secret-keys.js';
import { quote, type TextRules } from './text-rules.js';

/** What is known of a key of a record. */
export interface KnownKey {
  readonly key: string;
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
/** Longer ones are data more often than names. */
const longestKept = 64;
const slots = 256;

/** Judges the keys of records: programs use the same few again and again, so that each is looked at once. */
export class KeyBook {
  readonly #text: TextRules;
  readonly #secretKeys: SecretKeys | undefined;
  readonly #known = new Memo((key) => this.#judge(key), { maxKeys, longestKey: longestKept });
  /** The last keys met, each in a slot that it may share with others: a list of messages asks for the same two again and again. */
  readonly #last: (KnownKey | undefined)[] = Array.from({ length: slots }, () => undefined);

  constructor(text: TextRules, secretKeys: SecretKeys | undefined) {
    this.#text = text;
    this.#secretKeys = secretKeys;
  }

  lookUp(key: string): KnownKey {
    const slot = slotOf(key);
    const last = this.#last[slot];
    if (last?.key === key) return last;
    const known = this.#known.get(key);
    if (key.length <= longestKept) this.#last[slot] = known;
    return known;
  }

  /** Whether a text could be the name of a secret: rules out nearly all, and remembers none. */
  mayName(text: string): boolean {
    return text.length <= longestKept && this.#secretKeys?.mayEnd(text, text.length) === true;
  }

  #judge(key: string): KnownKey {
    const isSecret = this.#secretKeys?.has(key) === true;
    const clean = this.#text.clean(key, key.length);
    const isPlain = !isSecret && clean === key && key.isWellFormed() && key !== 'data' && key !== 'value';
    const isMessageText = key === 'content' || key === 'text';
    const text = `${quote(clean)}:`;
    return { key, text, commaText: `,${text}`, isSecret, isPlain, isMessageText };
  }
}

/** The few keys of a record nearly always differ in length or in the first letter. */
function slotOf(key: string): number {
  return (key.length * 11 + (key.length === 0 ? 0 : key.charCodeAt(0))) & (slots - 1);
}

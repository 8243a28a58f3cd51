import { mediaMark, replaceMedia } from './media.js';
import { redactText } from './redact-text.js';
import type { SecretKeys } from './secret-keys.js';

/** What is known of the place a text stands in. */
export interface TextPlace {
  readonly mediaType: string | undefined;
  /** Characters that may still be written. */
  readonly room: number;
}

/** A little more than is kept is looked through, so that no secret is cut in two and missed. */
const overlap = 512;

/** What becomes of each text: media are marked, secrets replaced, the rest bounded. */
export class TextRules {
  readonly #maxLength: number;
  readonly #keys: SecretKeys | undefined;

  /** Without `keys` nothing is redacted. */
  constructor(maxLength: number, keys: SecretKeys | undefined) {
    this.#maxLength = maxLength;
    this.#keys = keys;
  }

  /** Whether `clean` would leave the text as it is, and UTF-8 has a form for it. */
  isClean(text: string): boolean {
    return (
      text.length <= this.#maxLength &&
      text.isWellFormed() &&
      this.clean(text, { mediaType: undefined, room: text.length }) === text
    );
  }

  clean(text: string, { mediaType, room }: TextPlace): string {
    const max = Math.min(this.#maxLength, Math.max(room, 0));
    if (text.length > 63 || mediaType !== undefined) {
      const mark = mediaMark(text, mediaType);
      if (mark !== undefined) return mark;
    }
    const isLong = text.length > max;
    const looked = isLong ? text.slice(0, max + overlap) : text;
    const bare = looked.length > 63 ? replaceMedia(looked) : looked;
    const clean = this.#keys === undefined ? bare : redactText(bare, this.#keys);
    return isLong ? `${clean.slice(0, max).toWellFormed()}… [cut, ${text.length} characters]` : clean;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those JSON has to escape
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON; half a surrogate pair becomes U+FFFD, since UTF-8 has no form for it. */
export function quote(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text.toWellFormed()) : `"${text}"`;
}

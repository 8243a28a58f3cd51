import { replaceMedia } from './media.js';
import { isPlainText } from './plain-text.js';
import { RecentTexts } from './recent-texts.js';
import { mayHideSecret, redactText } from './redact-text.js';
import type { SecretKeys } from './secret-keys.js';

/** The end of what is looked through is not kept, so that no secret is cut in two and missed. */
const overlap = 512;

/** Shorter texts hold no media worth a mark. */
export const shortestMedia = 64;

/** A question goes from one agent to the next; what is longer seldom comes again as it is. */
const longestRemembered = 512;

/** How JSON begins to write one without the other. */
const halfOfPair = '\\ud';

/** What becomes of each text: media are marked, secrets replaced, the rest bounded. */
export class TextRules {
  readonly #maxLength: number;
  readonly #keys: SecretKeys | undefined;
  readonly #recent = new RecentTexts();

  /** Without `keys` nothing is redacted. */
  constructor(maxLength: number, keys: SecretKeys | undefined) {
    this.#maxLength = maxLength;
    this.#keys = keys;
  }

  /** Whether `clean` would leave the text as it is, and UTF-8 has a form for it. */
  isClean(text: string): boolean {
    if (text.length > this.#maxLength) return false;
    if (text.length < shortestMedia && isPlainText(text)) return true;
    return this.clean(text, text.length) === text && text.isWellFormed();
  }

  /** JSON of short texts with commas between them, in one go; `undefined` where one of them may need a closer look. */
  quotedAll(texts: readonly string[]): string | undefined {
    const json = JSON.stringify(texts);
    const isWhole = this.#maxLength >= shortestMedia && !json.includes(halfOfPair);
    return isWhole && (this.#keys === undefined || !mayHideSecret(json)) ? json.slice(1, -1) : undefined;
  }

  /** A text as JSON. */
  quoted(text: string, room: number): string {
    const { length } = text;
    const isWhole = length <= room && length <= this.#maxLength;
    if (!isWhole || length > longestRemembered) return quote(this.clean(text, room));
    if (length < shortestMedia && isPlainText(text)) return `"${text}"`;
    return this.#recent.get(text) ?? this.#remembered(text);
  }

  #remembered(text: string): string {
    const clean = this.clean(text, text.length);
    const json = copied(clean);
    // No secret is kept; nor the whole of which the text is a part, as the engine would do: what is parsed stands by itself.
    if (clean === text && this.#recent.isAgain(text)) this.#recent.set(JSON.parse(json) as string, json);
    return json;
  }

  /** `room` is how many characters may still be written; `mediaType` is what stands beside the text. */
  clean(text: string, room: number, mediaType?: string): string {
    const bare = text.length < shortestMedia && mediaType === undefined ? text : replaceMedia(text, mediaType);
    const max = Math.min(this.#maxLength, Math.max(room, 0));
    if (bare.length <= max) return this.redacted(bare);
    const looked = bare.slice(0, max + overlap);
    const clean = this.redacted(looked);
    // Where secrets have made room, what follows them moves up: its end must not move into what is kept.
    const kept = clean === looked ? max : Math.max(0, Math.min(max, clean.length - overlap));
    const end = isHighSurrogate(clean.charCodeAt(kept - 1)) ? kept - 1 : kept; // no half of a character
    return `${clean.slice(0, end).toWellFormed()}… [cut, ${text.length} characters]`;
  }

  /** The text without its secrets, whatever its length. */
  redacted(text: string): string {
    return this.#keys === undefined ? text : redactText(text, this.#keys);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those JSON has to escape
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;
const longestJoined = 128;

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/**
 * A text as JSON; half a surrogate pair becomes U+FFFD, since UTF-8 has no form for it. A long one is always copied: the engine would
 * keep alive the whole of which it is a part.
 */
export function quote(text: string): string {
  if (text.length <= longestJoined && !needsEscape.test(text)) return `"${text}"`;
  return copied(text);
}

function copied(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

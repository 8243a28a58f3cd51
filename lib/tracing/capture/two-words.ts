import { quotedValue, type Range } from './assigned-value.js';

/** A key in a text, and the sign behind it. */
export interface WordsBefore {
  /** Where the last word ends. */
  readonly end: number;
  readonly sign: number;
}

/** People write `API key` where programs write `api_key`. */
const twoWords =
  /(?<![A-Za-z0-9])(?:api|access|auth|bearer|client|private|refresh|secret|session) (?:key|token|secret)$/i;
const longest = 'refresh secret'.length + 1;

/** What follows may be prose as well, unless letters and digits are mixed in it. Quotes and the signs of Markdown may stand before it. */
const mixedWord = /([^\w./+=~\n-]{0,6})(?=[\w./+=~-]*\d)(?=[\w./+=~-]*[A-Za-z])[\w./+=~-]{8,}/y;

/** What stands behind the sign of `API key: ...`, or of `"API key": "..."`; `undefined` where no two words name a secret. */
export function valueOfTwoWords(text: string, { end, sign }: WordsBefore): Range | undefined {
  if (!twoWords.test(text.slice(Math.max(0, end - longest), end))) return undefined;
  if (text[end] === '"' || text[end] === "'" || text[end] === '\\') return quotedValue(text, sign + 1);
  mixedWord.lastIndex = sign + 1;
  const [found, opening] = mixedWord.exec(text) ?? [];
  if (found === undefined || opening === undefined) return undefined;
  return { start: sign + 1 + opening.length, end: sign + 1 + found.length };
}

import { quotedValue, type Range, valueAfter } from './assigned-value.js';
import type { SecretKeys } from './secret-keys.js';
import { isTokenCode, redactedMark } from './secret-shapes.js';
import { valueOfTwoWords } from './two-words.js';

/**
 * `password=...`, `"api_key": "..."`, `?key=...`: the word before each sign is judged like a key. Before a colon it must be
 * quoted or a name that does not occur in prose. `first` is where the first sign stands.
 */
export function replaceAssigned(text: string, first: number, keys: SecretKeys): string {
  const sign = text[first] as Sign; // as the caller found it
  let clean = '';
  let done = 0;
  for (let at = first; at !== -1; at = text.indexOf(sign, Math.max(at + 1, done))) {
    const value = secretBehind(text, at, keys);
    if (value === undefined) continue;
    clean += text.slice(done, value.start) + redactedMark;
    done = value.end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

type Sign = '=' | ':';

/** What stands behind the sign there, if the word before it is the name of a secret. */
function secretBehind(text: string, at: number, keys: SecretKeys): Range | undefined {
  const end = endOfKey(text, at);
  if (text.charCodeAt(at + 1) === slash && isPlace(text, end, at)) return undefined;
  if (!keys.mayEnd(text, end)) return undefined; // as for nearly all words
  const start = startOfKey(text, end);
  const place = { start, end, sign: at, before: text[start - 1] ?? '' };
  const key = secretKey(text, place, keys) ?? keyBehindEscape(text, place, keys);
  if (key === undefined) return place.before === ' ' ? valueOfTwoWords(text, place) : undefined;
  const value = valueOf(key, text, at);
  return value !== undefined && isModelToken(key.word, text, value.end) ? undefined : value;
}

/** Whether a slash behind the sign goes on in a URL, or in the path of the folder that a shell is in (`PWD=/home/ada`). */
function isPlace(text: string, end: number, sign: number): boolean {
  return text[sign] === ':' || text.slice(end - 3, end).toLowerCase() === 'pwd';
}

interface KeyPlace extends Range {
  readonly sign: number;
  readonly before: string;
}

interface Key {
  readonly word: string;
  readonly before: string;
  readonly isQuoted: boolean;
}

function secretKey(text: string, { start, end, sign, before }: KeyPlace, keys: SecretKeys): Key | undefined {
  if (!keys.mayBe(text, start, end)) return undefined;
  const isQuoted = text[end] === '"' || text[end] === "'" || text[end] === '\\';
  const key = { word: text.slice(start, end), before, isQuoted };
  const isOne =
    isAssignment(key, text[sign] as Sign, keys) || (keys.has(key.word) && isLineOfSettings(text, start, sign));
  return isOne ? key : undefined;
}

const escape = /[nrtfb]|u[0-9a-f]{4}/iy;

/** In JSON that stands in a text, `\nTOKEN=` begins a line, and `\u0026token=` goes on in a query. */
function keyBehindEscape(text: string, place: KeyPlace, keys: SecretKeys): Key | undefined {
  if (text[place.start - 1] !== '\\') return undefined;
  escape.lastIndex = place.start;
  const [escaped] = escape.exec(text) ?? [];
  if (escaped === undefined) return undefined;
  const start = place.start + escaped.length;
  return secretKey(text, { ...place, start, before: escaped === 'u0026' ? '&' : '' }, keys);
}

const longestKey = 40;
/** Blanks, and the backslashes of JSON inside JSON inside JSON. */
const longestWrapping = 16;
const slash = 47;

/** Steps back from the sign over blanks, quotes and backslashes. */
function endOfKey(text: string, sign: number): number {
  let end = sign;
  while (end > 0 && isWrapping(text.charCodeAt(end - 1)) && sign - end < longestWrapping) end -= 1;
  return end;
}

function startOfKey(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start <= longestKey && isTokenCode(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** A blank, a quote or a backslash. */
function isWrapping(code: number): boolean {
  return code === 32 || code === 9 || code === 34 || code === 39 || code === 92;
}

/** Names that are not words of prose: `api_key`, `apiKey`, and a few that hardly ever are. */
const unlikelyInProse =
  /[-_]|[a-z][A-Z]|^(?:[Pp]assword|PASSWORD|passwd|passphrase|apikey|[Aa]uthorization|[Cc]ookie|pwd)$/;

function isAssignment({ word, before, isQuoted }: Key, sign: Sign, keys: SecretKeys): boolean {
  if (sign === '=') return before === '?' || before === '&' ? keys.hasInQuery(word) : keys.has(word);
  return keys.has(word) && (isQuoted || unlikelyInProse.test(word));
}

/** No word of prose: a letter, a digit, nothing behind it. */
const setting = /[ \t]+(?=\S*\d)(?=\S*[A-Za-z])[\w./+=~-]{8,}[ \t]*(?:$|[\r\n\\"])/y;

/** `token: ...` in YAML: such names occur in prose as well, but not alone in a line with such a value. */
function isLineOfSettings(text: string, start: number, sign: number): boolean {
  let first = start;
  while (first > 0 && ' \t-'.includes(text[first - 1] as string)) first -= 1; // within the bounds
  const isFirst = first === 0 || text[first - 1] === '\n' || /\\[nr]$/.test(text.slice(first - 2, first));
  setting.lastIndex = sign + 1;
  return isFirst && text[sign] === ':' && setting.test(text);
}

const logprob = /^\\*["'],\s*\\*["']logprob/;

/** The `token` of a log probability is a piece of a model's answer. */
function isModelToken(word: string, text: string, end: number): boolean {
  return word === 'token' && logprob.test(text.slice(end, end + 24));
}

/** `:=` assigns, but `==` compares and `=>` maps: what follows these is a secret only if it is quoted. */
const operator = /[=>]*/y;

function valueOf({ word, isQuoted }: Key, text: string, sign: number): Range | undefined {
  operator.lastIndex = sign + 1;
  const length = operator.exec(text)?.[0].length ?? 0;
  if (length === 0 || text[sign] === ':') return valueAfter(text, sign + 1 + length, { word, isQuoted });
  return quotedValue(text, sign + 1 + length);
}

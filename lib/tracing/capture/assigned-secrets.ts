import type { SecretKeys } from './secret-keys.js';
import { isTokenCode, redactedMark } from './secret-shapes.js';

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
  if (text.charCodeAt(at + 1) === slash) return undefined; // the scheme of a URL
  const end = endOfKey(text, at);
  if (!keys.mayEnd(text, end)) return undefined; // as for nearly all words
  const start = startOfKey(text, end);
  if (!keys.mayBe(text, start, end)) return undefined;
  const key = {
    word: text.slice(start, end),
    before: text[start - 1] ?? '',
    isQuoted: text[end] === '"' || text[end] === "'" || text[end] === '\\',
  };
  if (!isAssignment(key, text[at] as Sign, keys)) return undefined;
  const value = valueAfter(text, at + 1);
  return value !== undefined && isModelToken(key.word, text, value.end) ? undefined : value;
}

interface KeyPlace {
  readonly word: string;
  readonly before: string;
  readonly isQuoted: boolean;
}

const longestKey = 40;
const slash = 47;

/** Steps back from the sign over blanks, quotes and backslashes. */
function endOfKey(text: string, sign: number): number {
  let end = sign;
  while (end > 0 && isWrapping(text.charCodeAt(end - 1)) && sign - end < 4) end -= 1;
  return end;
}

function startOfKey(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start <= longestKey && isTokenCode(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** A blank, a quote or a backslash. */
function isWrapping(code: number): boolean {
  return code === 32 || code === 34 || code === 39 || code === 92;
}

/** Names that are not words of prose: `api_key`, `apiKey`, and a few that hardly ever are. */
const unlikelyInProse =
  /[-_]|[a-z][A-Z]|^(?:[Pp]assword|PASSWORD|passwd|passphrase|apikey|[Aa]uthorization|[Cc]ookie|pwd)$/;

function isAssignment({ word, before, isQuoted }: KeyPlace, sign: Sign, keys: SecretKeys): boolean {
  if (sign === '=') return before === '?' || before === '&' ? keys.hasInQuery(word) : keys.has(word);
  return keys.has(word) && (isQuoted || unlikelyInProse.test(word));
}

const logprob = /^\\*["'],\s*\\*["']logprob/;

/** The `token` of a log probability is a piece of a model's answer. */
function isModelToken(word: string, text: string, end: number): boolean {
  return word === 'token' && logprob.test(text.slice(end, end + 24));
}

/** A stretch of a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The value after the sign: what stands between quotes, else up to a blank or a separator. */
export function valueAfter(text: string, from: number): Range | undefined {
  let start = from;
  while (text[start] === ' ' && start - from < 4) start += 1;
  const quoted = quotedAfter(text, start);
  if (quoted === undefined) return bareValue(text, start);
  return quoted.start === quoted.end ? undefined : quoted;
}

/** What stands between quotes there. In JSON inside JSON these are escaped: one inside the value has more backslashes. */
export function quotedAfter(text: string, from: number): Range | undefined {
  let at = from;
  while (text[at] === '\\' && at - from < 8) at += 1;
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return undefined;
  const start = at + 1;
  for (let end = text.indexOf(quote, start); end !== -1; end = text.indexOf(quote, end + 1)) {
    let first = end;
    while (first > start && text[first - 1] === '\\') first -= 1;
    if (end - first <= at - from) return { start, end: first };
  }
  return { start, end: text.length };
}

/** `[redacted]` of an earlier step, and JSON's own words, keep what they are. */
const noSecret = /^(?:true|false|null|undefined|)$/;

function bareValue(text: string, start: number): Range | undefined {
  if (text[start] === '{' || text[start] === '[') return undefined;
  let end = start;
  while (end < text.length && !isSeparator(text[end])) end += 1;
  const value = text.slice(start, end);
  if (noSecret.test(value)) return undefined;
  return { start, end: /^(?:bearer|basic)$/i.test(value) ? endOfLine(text, end) : end };
}

const lineEnd = /[\r\n"',;]|$/g;

function endOfLine(text: string, from: number): number {
  lineEnd.lastIndex = from;
  return lineEnd.exec(text)?.index ?? text.length;
}

function isSeparator(character: string | undefined): boolean {
  return character === undefined || /[\s&"',;)}\]<>\\]/.test(character);
}

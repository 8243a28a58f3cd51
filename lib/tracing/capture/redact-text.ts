import type { SecretKeys } from './secret-keys.js';

/** Stands in the place of a secret. */
export const redactedMark = '[redacted]';

/** The shortest run of token characters that may be a key. */
const shortestToken = 16;

/** What the keys of well-known services look like. Each pattern is linear; they are tried on single runs of token characters. */
const tokenShapes = [
  /(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/, // OpenAI, Anthropic, OpenRouter, Langfuse ...
  /(?<![A-Za-z0-9])(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{12,}/, // Stripe
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}/, // AWS
  /AIza[A-Za-z0-9_-]{20,}/, // Google
  /ya29\.[A-Za-z0-9_-]{10,}/, // Google OAuth
  /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{12,}/,
  /xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{10,}/, // Slack
  /(?:glpat|gloas|pplx|tvly|nvapi|xai|dop_v1|shpat|lsv2_pt|lsv2_sk|lin_api|figd|pat)[-_][A-Za-z0-9_-]{12,}/,
  /(?<![A-Za-z0-9])(?:npm|hf|gsk|r8|fw|co|key|api)_[A-Za-z0-9]{16,}/,
  /(?<![A-Za-z0-9])(?:dapi|dkea|dose)[0-9a-f]{16,}/, // Databricks
  /SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, // SendGrid
  /eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/, // JWT
];

const tokenShape = new RegExp(tokenShapes.map((shape) => shape.source).join('|'), 'g');

const scheme = /\b(bearer)([ \t]+)([A-Za-z0-9._~+/-]{6,}={0,2})/gi;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const userInfo = /:\/\/([^\s/:@"'<>]*):([^\s/@"'<>]+)@/g;

/** The text with every part that looks like a secret replaced; the text itself if there is none. */
export function redactText(text: string, keys: SecretKeys): string {
  if (text.length < 8) return text;
  let clean = text;
  if (hasTokenRun(clean)) clean = replaceTokens(clean);
  clean = replaceAssigned(clean, '=', keys);
  clean = replaceAssigned(clean, ':', keys);
  if (clean.includes('@') && clean.includes('://')) clean = clean.replace(userInfo, `://$1:${redactedMark}@`);
  if (clean.includes('Bearer ') || clean.includes('bearer ') || clean.includes('BEARER '))
    clean = clean.replace(scheme, `$1$2${redactedMark}`);
  if (clean.includes('PRIVATE KEY-----')) clean = clean.replace(privateKey, redactedMark);
  return clean;
}

/**
 * Looks for 16 token characters in a row from the far end of each window: the first other character found there rules out
 * every run that would hold it, and the next window begins behind it. In prose that is a look at one character in four.
 */
function hasTokenRun(text: string): boolean {
  const { length } = text;
  let start = 0;
  while (start + shortestToken <= length) {
    let at = start + shortestToken - 1;
    while (at >= start && isTokenCode(text.charCodeAt(at))) at -= 1;
    if (at < start) return true;
    start = at + 1;
  }
  return false;
}

const tokenCodes = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9._-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Letters, digits, `-`, `_` and `.`. */
function isTokenCode(code: number): boolean {
  return code < 128 && tokenCodes[code] === 1;
}

const tokenRun = /[A-Za-z0-9._-]{16,}/g;

function replaceTokens(text: string): string {
  return text.replace(tokenRun, (run) => run.replace(tokenShape, redactedMark));
}

/**
 * `password=...`, `"api_key": "..."`, `?key=...`: the word before each sign is judged like a key. Before a colon it must be
 * quoted or a name that does not occur in prose.
 */
function replaceAssigned(text: string, sign: '=' | ':', keys: SecretKeys): string {
  let clean = '';
  let done = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, Math.max(at + 1, done))) {
    const end = endOfKey(text, at);
    const start = startOfKey(text, end);
    if (!keys.mayBe(text, start, end)) continue;
    const key = {
      word: text.slice(start, end),
      before: text[start - 1] ?? '',
      isQuoted: text[end] === '"' || text[end] === "'" || text[end] === '\\',
    };
    const value = isAssignment(key, sign, keys) ? valueAfter(text, at + 1) : undefined;
    if (value === undefined) continue;
    clean += text.slice(done, value.start) + redactedMark;
    done = value.end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

interface KeyPlace {
  readonly word: string;
  readonly before: string;
  readonly isQuoted: boolean;
}

const longestKey = 40;

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

function isAssignment({ word, before, isQuoted }: KeyPlace, sign: '=' | ':', keys: SecretKeys): boolean {
  if (sign === '=') return before === '?' || before === '&' ? keys.hasInQuery(word) : keys.has(word);
  return keys.has(word) && (isQuoted || unlikelyInProse.test(word));
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The value after the sign: what stands between quotes, else up to a blank or a separator. */
function valueAfter(text: string, from: number): Range | undefined {
  let start = from;
  while (text[start] === ' ' && start - from < 4) start += 1;
  const escape = text[start] === '\\' ? '\\' : '';
  const quote = text[start + escape.length];
  return isQuote(quote) ? quotedValue(text, start, escape + quote) : bareValue(text, start);
}

function quotedValue(text: string, at: number, quote: string): Range | undefined {
  const start = at + quote.length;
  const end = text.indexOf(quote, start);
  return start === end ? undefined : { start, end: end === -1 ? text.length : end };
}

/** `[redacted]` of an earlier step, JSON's own words, and structures keep what they are. */
const noSecret = /^(?:true|false|null|undefined|\[redacted\]|[{[].*)$/;

function bareValue(text: string, start: number): Range | undefined {
  let end = start;
  while (end < text.length && !isSeparator(text[end])) end += 1;
  const value = text.slice(start, end);
  if (value === '' || noSecret.test(value)) return undefined;
  return { start, end: /^(?:bearer|basic)$/i.test(value) ? endOfLine(text, end) : end };
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n"',;]/);
  return end === -1 ? text.length : from + end;
}

function isQuote(character: string | undefined): character is string {
  return character === '"' || character === "'";
}

function isSeparator(character: string | undefined): boolean {
  return character === undefined || /[\s&"',;)}\]<>\\]/.test(character);
}

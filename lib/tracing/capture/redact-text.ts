import type { SecretKeys } from './secret-keys.js';

/** Stands in the place of a secret. */
export const redactedMark = '[redacted]';

/** The shortest run of token characters that may be a key. */
const shortestToken = 16;

/** What the keys of well-known services look like. Each pattern is linear; it is tried on single runs of token characters. */
const tokenShapes: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/g, // OpenAI, Anthropic, OpenRouter, Langfuse ...
  /(?<![A-Za-z0-9])(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{12,}/g, // Stripe
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}/g, // AWS
  /AIza[A-Za-z0-9_-]{20,}/g, // Google
  /ya29\.[A-Za-z0-9_-]{10,}/g, // Google OAuth
  /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{12,}/g,
  /xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{10,}/g, // Slack
  /(?:glpat|gloas|pplx|tvly|nvapi|xai|dop_v1|shpat|lsv2_pt|lsv2_sk|lin_api|figd|pat)[-_][A-Za-z0-9_-]{12,}/g,
  /(?<![A-Za-z0-9])(?:npm|hf|gsk|r8|fw|co|key|api)_[A-Za-z0-9]{16,}/g,
  /(?<![A-Za-z0-9])(?:dapi|dkea|dose)[0-9a-f]{16,}/g, // Databricks
  /SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g, // SendGrid
  /eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, // JWT
];

const schemes = /\b(bearer|basic|token|apikey)([ \t]+)([A-Za-z0-9._~+/-]{6,}={0,2})/gi;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const userInfo = /:\/\/([^\s/:@"'<>]*):([^\s/@"'<>]+)@/g;

/** The text with every part that looks like a secret replaced; the text itself if there is none. */
export function redactText(text: string, keys: SecretKeys): string {
  if (text.length < 8) return text;
  let clean = text;
  if (hasTokenRun(clean)) clean = replaceTokens(clean);
  if (clean.includes('=')) clean = replaceAssigned(clean, '=', keys);
  if (clean.includes(':')) {
    clean = replaceAssigned(clean, ':', keys);
    if (clean.includes('@') && clean.includes('://')) clean = clean.replace(userInfo, `://$1:${redactedMark}@`);
  }
  if (hasScheme(clean)) clean = clean.replace(schemes, `$1$2${redactedMark}`);
  if (clean.includes('PRIVATE KEY-----')) clean = clean.replace(privateKey, redactedMark);
  return clean;
}

function hasScheme(text: string): boolean {
  return text.includes('Bearer ') || text.includes('Basic ') || text.includes('bearer ') || text.includes('basic ') || text.includes('Token ');
}

/** Looks at each 16th character only: a run of 16 token characters cannot hide between two of them. */
function hasTokenRun(text: string): boolean {
  for (let at = shortestToken - 1; at < text.length; at += shortestToken) {
    if (!isTokenCode(text.charCodeAt(at))) continue;
    let end = at + 1;
    while (end < text.length && isTokenCode(text.charCodeAt(end))) end += 1;
    if (end - startOfRun(text, at) >= shortestToken) return true;
    at = end - 1 - ((end - 1 - (shortestToken - 1)) % shortestToken);
  }
  return false;
}

function startOfRun(text: string, at: number): number {
  let start = at;
  while (start > 0 && isTokenCode(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** Letters, digits, `-`, `_` and `.`. */
function isTokenCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 45 || code === 95 || code === 46;
}

const tokenRun = /[A-Za-z0-9._-]{16,}/g;

function replaceTokens(text: string): string {
  return text.replace(tokenRun, (run) => {
    let clean = run;
    for (const shape of tokenShapes) clean = clean.replace(shape, redactedMark);
    return clean;
  });
}

/**
 * `password=...`, `"api_key": "..."`, `?key=...`: the word before each sign is judged like a key. Before a colon it must be
 * quoted or a name that does not occur in prose.
 */
function replaceAssigned(text: string, sign: '=' | ':', keys: SecretKeys): string {
  let clean = '';
  let done = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, Math.max(at + 1, done))) {
    const key = keyBefore(text, at);
    if (key === undefined || !isAssignment(text, sign, key, keys)) continue;
    const value = valueAfter(text, at + 1);
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

function keyBefore(text: string, sign: number): KeyPlace | undefined {
  let end = sign;
  while (end > 0 && text[end - 1] === ' ' && sign - end < 2) end -= 1;
  const isQuoted = isQuote(text[end - 1]);
  while (end > 0 && (isQuote(text[end - 1]) || text[end - 1] === '\\')) end -= 1;
  let start = end;
  while (start > 0 && end - start <= longestKey && isTokenCode(text.charCodeAt(start - 1))) start -= 1;
  if (start === end || end - start > longestKey) return undefined;
  return { word: text.slice(start, end), before: text[start - 1] ?? '', isQuoted };
}

function isAssignment(text: string, sign: '=' | ':', { word, before, isQuoted }: KeyPlace, keys: SecretKeys): boolean {
  if (sign === '=') return before === '?' || before === '&' ? keys.hasInQuery(word) : keys.has(word);
  return keys.has(word) && (isQuoted || /[-_]|[a-z][A-Z]|^(?:password|passwd|passphrase|apikey|authorization|cookie|pwd)$/i.test(word));
}

/** The value after the sign: what stands between quotes, else up to a blank or a separator. */
function valueAfter(text: string, from: number): { start: number; end: number } | undefined {
  let start = from;
  while (text[start] === ' ' && start - from < 4) start += 1;
  const escape = text[start] === '\\' ? '\\' : '';
  const quote = text[start + escape.length];
  if (isQuote(quote)) {
    start += escape.length + 1;
    const end = text.indexOf(`${escape}${quote}`, start);
    return start === end ? undefined : { start, end: end === -1 ? text.length : end };
  }
  let end = start;
  while (end < text.length && !isSeparator(text[end])) end += 1;
  // `[redacted]` of an earlier step, JSON's own words, and structures keep what they are.
  const value = text.slice(start, end);
  if (value === '' || /^(?:true|false|null|undefined|\[redacted\]|[{[].*)$/.test(value)) return undefined;
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

/** Stands in the place of a secret. */
export const redactedMark = '[redacted]';

/** The shortest run of token characters that may be a key. */
export const shortestRun = 16;

/**
 * What the keys of well-known services look like. Each pattern is linear: what may repeat is followed by nothing that could
 * fail, or begins only where a word does. They are tried on single runs of token characters.
 */
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
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/, // JWT
];

const tokenShape = new RegExp(tokenShapes.map((shape) => shape.source).join('|'), 'g');
const tokenRun = /[A-Za-z0-9._-]{16,}/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** In another spelling the word is prose more often than not. */
const bearer = /\b(Bearer[ \t]+)([A-Za-z0-9._~+/-]{6,}={0,2})/g;
const anyBearer = /\b(bearer[ \t]+)([A-Za-z0-9._~+/-]{16,}={0,2})/gi;
const basic = /\b(Basic[ \t]+)([A-Za-z0-9+/]{4,}={0,2})/g;

const tokenCodes = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9._-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Letters, digits, `-`, `_` and `.`. */
export function isTokenCode(code: number): boolean {
  return code < 128 && tokenCodes[code] === 1;
}

/**
 * Looks for 16 token characters in a row from the far end of each window: the first other character found there rules out
 * every run that would hold it, and the next window begins behind it. In prose that is a look at one character in four.
 */
export function hasTokenRun(text: string): boolean {
  const { length } = text;
  let start = 0;
  while (start + shortestRun <= length) {
    let at = start + shortestRun - 1;
    while (at >= start && isTokenCode(text.charCodeAt(at))) at -= 1;
    if (at < start) return true;
    start = at + 1;
  }
  return false;
}

/** Keys of services and bearer tokens: what cannot be without a run of token characters. */
export function replaceRuns(text: string): string {
  return text.replace(tokenRun, replaceTokens).replace(anyBearer, `$1${redactedMark}`);
}

function replaceTokens(run: string): string {
  return run.replace(tokenShape, redactedMark);
}

/** Whether the text has one of the words that `replaceMarked` looks for. All begin with the same letter, which is rare. */
export function hasMark(text: string): boolean {
  return text.includes('B') && marks.test(text);
}

const marks = /\bB(?:earer|asic|EGIN) /;

/** Private keys, and what stands after the schemes of an Authorization header. */
export function replaceMarked(text: string): string {
  return text
    .replace(privateKey, redactedMark)
    .replace(bearer, `$1${redactedMark}`)
    .replace(basic, (all, scheme: string, word: string) => (isUserAndPassword(word) ? scheme + redactedMark : all));
}

/** Else it is prose: "basic rules" and the like. */
function isUserAndPassword(base64: string): boolean {
  return base64.length < 1000 && /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(base64, 'base64').toString('latin1'));
}

const endOfUrl = /[\s"'<>`]/;
/** Addresses are shorter; what follows is not looked through again for each of them. */
const longestAddress = 2048;
/** A user without a password is a name, unless it is this long. */
const shortestToken = 16;

/** `user:password@` and long `token@` in URLs; the password may hold what belongs escaped. */
export function replaceUserInfo(text: string): string {
  let clean = '';
  let done = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const secret = secretOfUrl(text, at + 3);
    if (secret === undefined) continue;
    clean += text.slice(done, secret.start) + redactedMark;
    done = secret.end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

function secretOfUrl(text: string, start: number): { start: number; end: number } | undefined {
  const stretch = text.slice(start, start + longestAddress);
  const next = stretch.indexOf('://');
  const until = next === -1 ? stretch : stretch.slice(0, next);
  const end = until.search(endOfUrl);
  const part = end === -1 ? until : until.slice(0, end);
  const host = part.search(/[/?#]/);
  const colon = part.indexOf(':');
  const isPort = colon !== -1 && /^:\d{0,5}(?:[/?#]|$)/.test(part.slice(colon, colon + 7));
  const hasPassword = colon !== -1 && (host === -1 || colon < host) && !isPort;
  const at = hasPassword ? part.lastIndexOf('@') : part.lastIndexOf('@', host === -1 ? part.length : host);
  if (hasPassword) return at > colon + 1 ? { start: start + colon + 1, end: start + at } : undefined;
  return at >= shortestToken ? { start, end: start + at } : undefined;
}

/** Stands in the place of a secret. */
export const redactedMark = '[redacted]';

/** The shortest run of token characters that may be a key. */
export const shortestRun = 16;

/**
 * What the keys of well-known services look like. Each pattern is linear: what may repeat is followed by nothing that could
 * fail, or has an upper bound. They are tried on single runs of token characters. These begin where a word does.
 */
const wordShapes = [
  /(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/, // OpenAI, Anthropic, OpenRouter, Langfuse ...
  /(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{12,}/, // Stripe
  /(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{12,}/, // AWS
  /(?:npm|hf|gsk|r8|fw|co|key|api)_[A-Za-z0-9]{16,}/,
  /(?:dapi|dkea|dose)[0-9a-f]{16,}/, // Databricks
  /(?:pat[-_]|sb_secret_)[A-Za-z0-9_-]{12,}/, // HubSpot ..., Supabase
  /(?:hv[bsr]\.|pypi-AgE|pcsk_|AT[AC]TT3|GOCSPX-)[A-Za-z0-9_-]{20,}/, // Vault, PyPI, Pinecone, Atlassian, Google OAuth
  /(?:ntn_|csk-)[A-Za-z0-9]{40,}/, // Notion, Cerebras
  /(?:e2b_|sbp_(?:v0_|oauth_)?)[0-9a-f]{40}/, // E2B, Supabase
  /fc-[0-9a-f]{32}(?![A-Za-z0-9])/, // Firecrawl
  /jina_[0-9a-f]{32}[A-Za-z0-9_-]*/,
  /pa-(?=[a-z0-9_-]{0,42}[A-Z])(?=[A-Za-z_-]{0,42}\d)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/, // Voyage
  /(?:SK|key-)[0-9a-f]{32}(?![A-Za-z0-9])/, // Twilio, Mailgun
  /secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])/, // Notion
  /sntry[su]_[A-Za-z0-9+/=_-]{20,}/, // Sentry
  /(?:glsa|glc|tgp_v1|pscale_(?:tkn|pw|oauth)|fo1|fm[12][ar]?)_[A-Za-z0-9_.-]{20,}/, // Grafana, Together, PlanetScale, Fly
  /(?:rzp_(?:live|test)_|NRAK-|AKCp|sq0[a-z]{3}-)[A-Za-z0-9_-]{14,}/, // Razorpay, New Relic, Artifactory, Square
  /(?:rubygems_|pul-|PMAK-[0-9a-f]{24}-|v1\.0-[0-9a-f]{24}-)[0-9a-f]{34,}/, // RubyGems, Pulumi, Postman, Cloudflare
  /ops_eyJ[A-Za-z0-9_-]{40,}/, // 1Password
  /dp\.(?:(?:pt|ct|sa|scim|audit)\.|st\.(?:[a-z0-9_-]{2,35}\.)?)[A-Za-z0-9]{40,}/, // Doppler
  /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/, // Airtable
  /xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}/, // Brevo
  /EAAA[A-Za-z0-9_-]{50,}/, // Square
  /AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}/,
  /(?:[MNO][DTjz][AEIMQUYcgk][0-5w-z]){5}[A-Za-z0-9]{2,8}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}/, // Discord: the number of a bot first
  /eyJ[A-Za-z0-9_-]{5,}\.(?:[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3}|[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)/, // JWE, JWT
];

/** These may stand behind other letters. */
const otherShapes = [
  /AIza[A-Za-z0-9_-]{20,}/, // Google
  /ya29\.[A-Za-z0-9_-]{10,}/, // Google OAuth
  /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{12,}/,
  /xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{10,}/, // Slack
  /(?:glpat|gloas|pplx|tvly|nvapi|xai|dop_v1|shp(?:at|ca|pa|ss)|lsv2_pt|lsv2_sk|lin_api|figd)[-_][A-Za-z0-9_-]{12,}/,
  /SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, // SendGrid
  /atlasv1\.[A-Za-z0-9_-]{40,}/, // Terraform
];

const tokenShape = new RegExp(`(?<![A-Za-z0-9])(?:${anyOf(wordShapes)})|${anyOf(otherShapes)}`, 'g');
/** UUIDs and hashes: of the shapes only `fc-` is made of their characters. */
const hexadecimal = /^[0-9a-f-]+$/;
/** Of all shapes only Sentry's has other characters: its parts are base64 with padding. */
const tokenRun = /sntry[su]_[A-Za-z0-9+/=_-]{20,}|[A-Za-z0-9._-]{16,}/g;

function anyOf(shapes: readonly RegExp[]): string {
  return shapes.map(({ source }) => source).join('|');
}

/** What stands before a run that is a secret for that: addresses of webhooks, and the number of a Telegram bot. */
const webhook = /(?:hooks\.slack\.com\/\w+\/[\w/]+|discord(?:app)?\.com\/api\/webhooks\/\d+)\/$/;
const botNumber = /(?<!\d)\d{8,10}:$/;
const botSecret = /^[\w-]{35}(?![\w-])/;
const longestOpening = 80;

const privateKey =
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g;
/** In another spelling the word is prose more often than not. */
const bearer =
  /\b(Bearer[ \t]+)(?!(?:tokens|auth(?:entication|orization)?|scheme|header)\b)([A-Za-z0-9._~+/-]{6,}={0,2})/g;
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

function replaceTokens(run: string, at: number, text: string): string {
  const before = text[at - 1];
  if (before === '/' && webhook.test(openingOf(text, at))) return redactedMark;
  if (before === ':' && botSecret.test(run) && botNumber.test(openingOf(text, at))) return redactedMark;
  return hexadecimal.test(run) && !run.includes('fc-') ? run : run.replace(tokenShape, redactedMark);
}

function openingOf(text: string, at: number): string {
  return text.slice(Math.max(0, at - longestOpening), at);
}

/** Whether the text may hold one of the words that `replaceMarked` looks for. All begin with the same letter, which is rare. */
export function hasMark(text: string): boolean {
  return text.includes('B') && marks.test(text);
}

const marks = /B(?:earer|asic|EGIN) /;

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

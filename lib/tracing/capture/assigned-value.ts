/** A stretch of a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What the value is assigned to. */
interface Assigned {
  readonly word: string;
  readonly isQuoted: boolean;
}

const header = /(?:authorization|authheader|cookies?)$/i;

/** The value after the sign: what stands between quotes or brackets, else up to a blank or a separator, or to a header's end. */
export function valueAfter(text: string, from: number, to?: Assigned): Range | undefined {
  const start = startOfValue(text, from);
  if (quotedAfter(text, start) !== undefined) return quotedValue(text, start);
  if (text[start] === '{' || text[start] === '[') return to?.isQuoted === true ? bracketed(text, start) : undefined;
  const value = bareValue(text, start);
  const [kind] = header.exec(to?.word ?? '') ?? [];
  if (value === undefined || kind === undefined) return value;
  return { start, end: /^cookie/i.test(kind) ? endOfCookies(text, value) : endOfCredentials(text, value) };
}

/** The value after the sign if it stands between quotes. */
export function quotedValue(text: string, from: number): Range | undefined {
  const quoted = quotedAfter(text, startOfValue(text, from));
  return quoted?.start === quoted?.end ? undefined : quoted;
}

const longestBlank = 16;
const deepestEscape = 16;

function startOfValue(text: string, from: number): number {
  let start = from;
  while ((text[start] === ' ' || text[start] === '\t') && start - from < longestBlank) start += 1;
  return start;
}

/** What stands between quotes there. In JSON inside JSON these are escaped: one inside the value has more backslashes. */
export function quotedAfter(text: string, from: number): Range | undefined {
  let at = from;
  while (text[at] === '\\' && at - from < deepestEscape) at += 1;
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

/** An empty one, or what a JSON schema says of a value. */
const noSecrets = /[[{]\s*(?:[\]}]|\\*["'](?:type|description|title|\$ref|anyOf|allOf|oneOf|enum)\\*["'])/y;

/** The list or object that begins there. */
function bracketed(text: string, start: number): Range | undefined {
  noSecrets.lastIndex = start;
  if (noSecrets.test(text)) return undefined;
  let open = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] as string; // within the bounds
    if ('[{'.includes(character)) open += 1;
    if (']}'.includes(character)) open -= 1;
    if (open === 0) return { start, end: at + 1 };
    const quoted = quotedAfter(text, at);
    if (quoted !== undefined) at = quoted.end + (quoted.start - at) - 1;
  }
  return { start, end: text.length };
}

/** `[redacted]` of an earlier step, JSON's own words, types and names of variables keep what they are. */
const noSecret =
  /^(?:true|false|null|undefined|None|string|str|String|(?:process|import\.meta)\.env\.\w+|os\.(?:environ|getenv).*|)$/;

function bareValue(text: string, start: number): Range | undefined {
  let end = start;
  while (end < text.length && !isSeparator(text[end])) end += 1;
  return noSecret.test(text.slice(start, end)) ? undefined : { start, end };
}

function isSeparator(character: string | undefined): boolean {
  return character === undefined || /[\s&"',;)}\]<>\\]/.test(character);
}

/** `Digest username="...", response="..."`: what is quoted does not end it. */
const parameters = / +[\w-]+(?==(?:\\*"[^"\s]|[^\s"'=,;\\]))(?:=\\*"[^"\r\n]*"|[^\r\n"'\\])*/y;
const restOfLine = /[^\r\n"',;\\]*/y;
const secondWord = /(?: +[^\s"',;\\]+)?/y;

/** Where the credentials end that begin with a scheme: `Token ...`. */
function endOfCredentials(text: string, { start, end }: Range): number {
  const isKnown = /^(?:bearer|basic)$/i.test(text.slice(start, end));
  return endOf(parameters, text, end) ?? endOf(isKnown ? restOfLine : secondWord, text, end) ?? end;
}

const cookies = /(?:=\\*"[^"\r\n;]*"|[^\r\n"',\\])*/y;

/** Where the last of the cookies ends that begin there. */
function endOfCookies(text: string, { start, end }: Range): number {
  return text.slice(start, end).includes('=') ? (endOf(cookies, text, start) ?? end) : end;
}

function endOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

import { quotedAfter, type Range, valueAfter } from './assigned-value.js';
import type { SecretKeys } from './secret-keys.js';
import { isTokenCode, redactedMark } from './secret-shapes.js';

const longestName = 40;
const dash = 45;

/** Of anything else than curl, `-u 1000:1000` are numbers of users and groups. */
const userOption = /((?<![^\s"'])(?:-u|--user)[ =]["']?[^\s:"']+:)(?!\d+\b)[^\s"'\\]+/g;

/** The password in `curl -u user:...`. */
export function replaceUserOption(text: string): string {
  return text.includes('-u') && text.includes('curl') ? text.replace(userOption, `$1${redactedMark}`) : text;
}

/** What stands behind the options of commands: `--password ...`. */
export function replaceOptions(text: string, keys: SecretKeys): string {
  let clean = '';
  let done = 0;
  let end = 0;
  for (let at = text.indexOf('--'); at !== -1; at = text.indexOf('--', Math.max(end, done))) {
    const start = startOfName(text, at);
    end = endOfName(text, start);
    if (!keys.mayBe(text, start, end) || !keys.has(text.slice(start, end))) continue;
    const value = text[end] === ' ' ? optionValue(text, end) : itemBehind(text, end);
    if (value === undefined) continue;
    clean += text.slice(done, value.start) + redactedMark;
    done = value.end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

const comma = /\\*["']\s*,\s*(?=\\*["'])/y;

/** In a list that stands in the text as JSON: `["--password", "..."]`. */
function itemBehind(text: string, end: number): Range | undefined {
  comma.lastIndex = end;
  const value = comma.test(text) ? quotedAfter(text, comma.lastIndex) : undefined;
  return value === undefined || value.start === value.end || text.charCodeAt(value.start) === dash ? undefined : value;
}

/** Where the name begins that stands behind the dashes there. */
function startOfName(text: string, dashes: number): number {
  let start = dashes;
  while (text.charCodeAt(start) === dash) start += 1;
  return start;
}

function endOfName(text: string, start: number): number {
  let end = start;
  while (end - start < longestName && isTokenCode(text.charCodeAt(end))) end += 1;
  return end;
}

/** The next option, a placeholder, or prose: "with --password to ...". */
const noValue = /^(?:[-<$]|(?:to|and|or|is|for|if|in|as|the|with|from|flag|option|argument|parameter|value)\b)/i;

function optionValue(text: string, from: number): Range | undefined {
  const value = valueAfter(text, from);
  const isQuoted = value !== undefined && text[value.start - 1] !== ' ';
  return isQuoted || !noValue.test(text.slice(value?.start, from + longestName)) ? value : undefined;
}

import { quotedAfter, type Range } from './assigned-value.js';
import { isHeaderName, isValueKey, namingKeys } from './naming.js';
import type { SecretKeys } from './secret-keys.js';
import { redactedMark } from './secret-shapes.js';

/** A list that is longer holds something else than headers. */
const longestList = 8192;
/** How far from a value the name that stands beside it may be. */
const longestRecord = 256;
/** How far a list may be indented in the list that holds it. */
const deepestIndent = 64;

/**
 * In JSON that stands in a text, escaped or not: the secrets of pairs (`[["cookie", "..."]]`) and of headers in a row
 * (`["Accept", "*", "Cookie", "..."]`).
 */
export function replaceInLists(text: string, keys: SecretKeys): string {
  return replaceAll(text, { mark: '[', find: secretsInList }, keys);
}

/** There too: those of records that say name and value (`{"name": "cookie", "value": "..."}`). */
export function replaceInRecords(text: string, keys: SecretKeys): string {
  return replaceAll(text, { mark: endOfValueKey, find: secretsInRecord }, keys);
}

interface Search {
  readonly mark: string;
  readonly find: (text: string, at: number, keys: SecretKeys) => readonly Range[];
}

function replaceAll(text: string, { mark, find }: Search, keys: SecretKeys): string {
  let clean = '';
  let done = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, Math.max(at + 1, done))) {
    for (const secret of find(text, at, keys)) {
      clean += text.slice(done, secret.start) + redactedMark;
      done = secret.end;
    }
  }
  return done === 0 ? text : clean + text.slice(done);
}

const nameInList = /\s*\\*"([\w.-]{2,40})\\*"\s*,\s*(?=\\*")/y;
const comma = /\\*"\s*,/y;

function secretsInList(text: string, list: number, keys: SecretKeys): Range[] {
  const secrets: Range[] = [];
  let at = list + 1;
  while (at - list < longestList) {
    const named = matchAt(nameInList, text, at);
    const value = named && quotedAfter(text, nameInList.lastIndex);
    if (named === null || value == null) break;
    const name = named[1] as string; // the pattern has it
    const isNamed = isHeaderName(name) || (at === list + 1 && isPair(text, list, value));
    if (isNamed && value.end > value.start && keys.has(name)) secrets.push(value);
    if (matchAt(comma, text, value.end) === null) break;
    at = comma.lastIndex;
  }
  return secrets;
}

const listAbove = /[[,]\s*$/;
const endOfList = /\\*"\s*\]/y;

/** Whether a list that ends with its second item, or is cut off in it, stands in another list. */
function isPair(text: string, list: number, second: Range): boolean {
  return (
    (second.end === text.length || matchAt(endOfList, text, second.end) !== null) &&
    listAbove.test(text.slice(Math.max(0, list - deepestIndent), list))
  );
}

/** What `value` and `Value` have in common. */
const endOfValueKey = 'alue';
const signOfValue = /\\*"\s*:\s*(?=\\*")/y;
const nameInRecord = new RegExp(`"(?:${namingKeys.join('|')})\\\\*"\\s*:\\s*\\\\*"([\\w.-]{2,40})\\\\*"`, 'g');
const brace = /[{}]/;

function secretsInRecord(text: string, at: number, keys: SecretKeys): Range[] {
  const key = at - 1;
  if (text[key - 1] !== '"' || !isValueKey(text.slice(key, at + endOfValueKey.length))) return [];
  if (matchAt(signOfValue, text, at + endOfValueKey.length) === null) return [];
  const value = quotedAfter(text, signOfValue.lastIndex);
  if (value === undefined || value.end === value.start) return [];
  const before =
    text
      .slice(Math.max(0, key - longestRecord), key)
      .split(brace)
      .at(-1) ?? '';
  const [after = ''] = text.slice(value.end, value.end + longestRecord).split(brace, 1);
  const isSecret = [...before.matchAll(nameInRecord), ...after.matchAll(nameInRecord)].some(([, name]) =>
    keys.has(name as string),
  );
  return isSecret ? [value] : [];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

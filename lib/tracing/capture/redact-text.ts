import { replaceAssigned } from './assigned-secrets.js';
import { replaceElements } from './element-secrets.js';
import { replaceInLists, replaceInRecords } from './json-secrets.js';
import { replaceOptions, replaceUserOption } from './option-secrets.js';
import type { SecretKeys } from './secret-keys.js';
import { hasMark, hasTokenRun, replaceMarked, replaceRuns } from './secret-shapes.js';
import { replaceUserInfo } from './url-secrets.js';

/** Shorter texts hold no secret that could be told from a word. */
const shortestSecret = 8;

/** Up to this length a look at each character is faster than searches. */
const longestShort = 48;

/** The text with every part that looks like a secret replaced; the text itself if there is none. */
export function redactText(text: string, keys: SecretKeys): string {
  if (text.length < shortestSecret) return text;
  // Nearly all texts are ruled out by these few looks, most of them the engine's own search.
  let clean = hasTokenRun(text) ? replaceRuns(text) : text;
  if (hasMark(clean)) clean = replaceMarked(clean);
  if (clean.length <= longestShort && !hasSign(clean)) return clean;
  if (clean.includes('<')) clean = replaceElements(clean, keys);
  if (clean.includes('--')) clean = replaceOptions(clean, keys);
  if (clean.includes('[')) clean = replaceInLists(clean, keys);
  const equals = clean.indexOf('=');
  if (equals !== -1) clean = replaceAssigned(clean, equals, keys);
  const colon = clean.indexOf(':');
  return colon === -1 ? clean : replaceBehindColons(clean, colon, keys);
}

function replaceBehindColons(text: string, first: number, keys: SecretKeys): string {
  let clean = replaceUserOption(replaceAssigned(text, first, keys));
  if (clean.includes('{')) clean = replaceInRecords(clean, keys);
  return replaceUserInfo(clean);
}

/** Those without which a text has none of what is looked for below. */
const signs = Uint8Array.from({ length: 128 }, (_, code) => ('-[=:<'.includes(String.fromCharCode(code)) ? 1 : 0));

function hasSign(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (signs[text.charCodeAt(at)] === 1) return true;
  return false;
}

/** Whether any of the texts in a JSON list may hold a secret: `false` is certain, since neither quotes nor escapes part what is looked for. */
export function mayHideSecret(json: string): boolean {
  const hasSigns =
    json.includes(':') || json.includes('=') || json.includes('--') || json.includes('[', 1) || json.includes('<');
  return hasSigns || hasMark(json) || hasTokenRun(json);
}

import { replaceAssigned } from './assigned-secrets.js';
import { replaceOptions, replaceUserOption } from './option-secrets.js';
import type { SecretKeys } from './secret-keys.js';
import { hasMark, hasTokenRun, replaceMarked, replaceRuns, replaceUserInfo } from './secret-shapes.js';

/** Shorter texts hold no secret that could be told from a word. */
const shortestSecret = 8;

/** `--pwd hunter` and the like. */
const shortestOption = 12;

/** The text with every part that looks like a secret replaced; the text itself if there is none. */
export function redactText(text: string, keys: SecretKeys): string {
  if (text.length < shortestSecret) return text;
  // Nearly all texts are ruled out by these few looks, each of them the engine's own search.
  let clean = hasTokenRun(text) ? replaceRuns(text) : text;
  if (hasMark(clean)) clean = replaceMarked(clean);
  if (text.length >= shortestOption && clean.includes('--')) clean = replaceOptions(clean, keys);
  const equals = clean.indexOf('=');
  if (equals !== -1) clean = replaceAssigned(clean, equals, keys);
  const colon = clean.indexOf(':');
  if (colon === -1) return clean;
  clean = replaceUserOption(replaceAssigned(clean, colon, keys));
  return clean.includes('@') ? replaceUserInfo(clean) : clean;
}

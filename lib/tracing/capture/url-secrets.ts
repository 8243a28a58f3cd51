import type { Range } from './assigned-value.js';
import { redactedMark } from './secret-shapes.js';

/** `://`, also in JSON that stands in a text: some writers escape each slash there. */
const authority = /:\\*\/\\*\//g;
const endOfUrl = /[\s"'<>`]/;
/** Addresses are shorter; what follows is not looked through again for each of them. */
const longestAddress = 2048;
/** A user without a password is a name, unless it is this long. */
const shortestToken = 16;
/** What is so long at the end of a text is the beginning of what was cut. */
const shortestBeginning = 256;

/** `user:password@` and long `token@` in URLs; the password may hold what belongs escaped. */
export function replaceUserInfo(text: string): string {
  if (!text.includes('@') && !mayEndInAddress(text)) return text;
  let clean = '';
  let done = 0;
  for (const { index, 0: sign } of text.matchAll(authority)) {
    const start = index + sign.length;
    const secret = secretIn(addressAt(text, start), text.length - start);
    if (secret === undefined) continue;
    clean += text.slice(done, start + secret.start) + redactedMark;
    done = start + secret.end;
  }
  return done === 0 ? text : clean + text.slice(done);
}

/** Whether a text may have been cut within an address: prose is ruled out by a few characters. */
function mayEndInAddress(text: string): boolean {
  return text.length > shortestBeginning && !endOfUrl.test(text.slice(-shortestBeginning));
}

/** What stands behind the scheme of a URL. */
function addressAt(text: string, start: number): string {
  const stretch = text.slice(start, start + longestAddress);
  const next = stretch.search(authority);
  const until = next === -1 ? stretch : stretch.slice(0, next);
  const end = until.search(endOfUrl);
  return end === -1 ? until : until.slice(0, end);
}

/** `left` is how many characters the text has from there on. */
function secretIn(address: string, left: number): Range | undefined {
  const host = address.search(/[/?#]/);
  const colon = address.indexOf(':');
  const isPort = colon !== -1 && /^:\d{0,5}(?:[\\/?#]|$)/.test(address.slice(colon, colon + 7));
  if (colon !== -1 && (host === -1 || colon < host) && !isPort) return passwordIn(address, colon + 1, left);
  const at = address.lastIndexOf('@', host === -1 ? address.length : host);
  return at >= shortestToken ? { start: 0, end: at } : undefined;
}

function passwordIn(address: string, start: number, left: number): Range | undefined {
  const at = address.lastIndexOf('@');
  const isCut = at === -1 && address.length === left && left - start > shortestBeginning;
  const end = isCut ? left : at;
  return end > start ? { start, end } : undefined;
}

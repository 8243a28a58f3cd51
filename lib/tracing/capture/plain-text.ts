import { hasTokenRun } from './secret-shapes.js';

/** What JSON escapes, all that is not ASCII, and what a secret is told by: options, assignments, elements, addresses, the first letter of a mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those JSON has to escape
const telling = /["\\\u0000-\u001f\u0080-\uffff\-=:<B]/;

/** Whether a text is certain to be the same in JSON, and to hide no secret: ASCII without anything that needs a closer look. */
export function isPlainText(text: string): boolean {
  return !telling.test(text) && !hasTokenRun(text);
}

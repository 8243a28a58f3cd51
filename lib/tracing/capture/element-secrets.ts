import type { SecretKeys } from './secret-keys.js';
import { redactedMark } from './secret-shapes.js';

const element =
  /(<(?:[\w-]{1,40}:)?([\w.-]{2,40})(?:\s[^<>]*)?>)(?:(?:<!\[CDATA\[)?[^<]+(?=<\/)|(?:<!\[CDATA\[)?[^<\s]{256,}$)/g;

/** What stands in XML between the tags of an element whose name is that of a secret, also where the text was cut before its end. */
export function replaceElements(text: string, keys: SecretKeys): string {
  return text.replace(element, (all, tag: string, name: string) => (keys.has(name) ? tag + redactedMark : all));
}

import { TraceKey } from '../../entities/attributes.js';

/** Characters that a server's columns hold; it refuses a whole request for one that is longer, or gives back less. */
const maxKeyLength = 250;
export const maxMetadataLength = 250;
const maxTagLength = 4096;
const longMetadata: ReadonlySet<string> = new Set([TraceKey.tokenUsage, TraceKey.cost]);

/** A text as a database takes it: half a character or a NUL makes it refuse all that was sent together. */
export function storableText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed;
}

/** The same for JSON text, in which these characters are escaped. */
export function storableJson(json: string): string {
  if (!json.includes('\\u')) return json;
  return json.replace(/\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)/g, (escape) =>
    /^\\u(?:0000|[dD][89a-fA-F]..)$/.test(escape) ? '\\ufffd' : escape,
  );
}

/** The first characters of a text, by whole ones. */
export function cutTo(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : Array.from(text).slice(0, maxLength).join('');
}

export function storableKey(key: string): string {
  return cutTo(storableText(key), maxKeyLength);
}

/** Session and user are metadata, too. */
export function storableMetadata(key: string, value: string): string {
  return longMetadata.has(key) ? storableText(value) : cutTo(storableText(value), maxMetadataLength);
}

export function storableTag(value: string): string {
  return cutTo(storableText(value), maxTagLength);
}

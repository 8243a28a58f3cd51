import { isServerTag } from './server-tags.js';
import { storableKey, storableTag } from './storable.js';

/**
 * A trace's tags as a server takes them. Its own say where it keeps a trace: one that was read from a server must not carry them to
 * another.
 */
export function sentTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => !isServerTag(key))
      .map(([key, value]) => [storableKey(key), storableTag(value)]),
  );
}

import { getOrInsert } from '../../utils/get-or-insert.js';

/** A section's keys, lower case, and their values. */
export type IniSection = ReadonlyMap<string, string>;

/**
 * The sections of an INI file, as Python reads it: a value reaches to the end of its line, with what would be a comment elsewhere.
 * Sections know nothing of each other.
 */
export function iniSections(text: string): ReadonlyMap<string, IniSection> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>(); // what stands before the first is nobody's
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (name !== undefined) section = getOrInsert(sections, name, () => new Map());
    const [, key, value] = /^\s*([^#;=:[\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) section.set(key.toLowerCase(), value);
  }
  return sections;
}

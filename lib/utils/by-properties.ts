/**
 * A regular expression that asks for properties of characters. The engine loads its tables for one that stands in a source as soon as it
 * reads the source, whether it is used or not: so none does.
 */
export function byProperties(pattern: string, flags: 'u' | 'gu' = 'gu'): RegExp {
  return new RegExp(pattern, flags);
}

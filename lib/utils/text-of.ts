/** Any value as a text, and what stands in its place where it cannot be made one. */
export function textOf(value: unknown, otherwise: string = '[unserializable]'): string {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return otherwise;
  }
}

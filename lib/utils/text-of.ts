/** Any value as a text, also where it cannot be made one. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return '[unserializable]';
  }
}

import { shown } from '../../utils/value-kinds.js';

/** @throws {TypeError} for a value that JSON would leave out, change into another, or not take. */
export function checkJsonValue(value: unknown, what: string): void {
  try {
    JSON.stringify(value, refuse);
  } catch (cause) {
    const whole = `The value of ${what} must be a JSON value: a text, a finite number, true, false, null, or a list or an object of them`;
    throw new TypeError(`${whole}. But ${shown(value)} is none.`, { cause });
  }
}

/** Called by `JSON.stringify` with each part of a value; it throws of itself for big integers and circles. */
function refuse(this: Readonly<Record<string, unknown>>, key: string, part: unknown): unknown {
  const given = this[key];
  if (isLost(part) || isLost(given) || (part === undefined && (key === '' || Array.isArray(this))))
    throw new TypeError(`JSON has no ${shown(given)}.`);
  return part;
}

/** Objects may have properties that are `undefined`: these are as good as none. */
function isLost(part: unknown): boolean {
  if (typeof part === 'number') return !Number.isFinite(part);
  if (typeof part === 'function' || typeof part === 'symbol') return true;
  if (part instanceof Date) return Number.isNaN(part.getTime());
  return part instanceof Map || part instanceof Set;
}

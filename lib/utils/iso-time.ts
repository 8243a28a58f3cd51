import { threeDigits } from './three-digits.js';

let second = Number.NaN;
let prefix = '';

/** `new Date(ms).toISOString()` for whole milliseconds. Moments come in the order of time, so that all but the last digits are often known. */
export function isoTime(ms: number): string {
  const current = Math.floor(ms / 1000);
  if (current !== second) {
    prefix = new Date(current * 1000).toISOString().slice(0, -'000Z'.length);
    second = current;
  }
  return `${prefix}${threeDigits(Math.floor(ms) - current * 1000)}Z`;
}

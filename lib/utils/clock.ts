import { performance } from 'node:perf_hooks';
import { threeDigits } from './three-digits.js';

const originMs = performance.timeOrigin;
const originNs = BigInt(Math.round(originMs * 1e6));
const nsPerMs = 1_000_000n;
const originWholeMs = Number(originNs / nsPerMs);
const originRestNs = Number(originNs % nsPerMs);
const nsPerSecond = 1e9;
const originSecond = Math.floor(originWholeMs / 1000);
const originRestOfSecond = (originWholeMs - originSecond * 1000) * 1e6 + originRestNs;
let lastSecond = Number.NaN;
let lastSecondText = '';

/** Milliseconds since the process began, with fractions; never goes back, whatever happens to the system's clock. */
export function now(): number {
  return performance.now();
}

/** A moment of `now()` as nanoseconds since 1970. */
export function toUnixNs(moment: number): bigint {
  return originNs + BigInt(Math.round(moment * 1e6));
}

/** The digits of `toUnixNs`. Moments come in the order of time, so that all but the last nine are often known. */
export function unixNsText(moment: number): `${bigint}` {
  const ns = originRestOfSecond + Math.round(moment * 1e6);
  // Before the process, or a hundred days after its start: rare, so that it may cost more.
  if (ns < 0 || !Number.isSafeInteger(ns)) return `${toUnixNs(moment)}`;
  // Exact: what is lost by dividing such numbers is less than a billionth.
  const seconds = Math.floor(ns / nsPerSecond);
  const rest = ns - seconds * nsPerSecond;
  const second = originSecond + seconds;
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondText = String(second);
  }
  const micros = Math.floor(rest / 1000);
  const millis = Math.floor(rest / 1e6);
  const digits = threeDigits(millis) + threeDigits(micros - millis * 1000) + threeDigits(rest - micros * 1000);
  return `${lastSecondText}${digits}` as `${bigint}`; // both are digits
}

/** A moment of `now()` as milliseconds since 1970, whole ones: that in which its nanosecond lies, as MLflow counts. */
export function toUnixMs(moment: number): number {
  const ns = originRestNs + Math.round(moment * 1e6);
  // A hundred days from the start of the process: rare, so that it may cost more.
  if (!Number.isSafeInteger(ns)) return Number(toUnixNs(moment) / nsPerMs);
  return originWholeMs + Math.floor(ns / 1e6);
}

/** The reverse of `toUnixMs`, for times that others measured on the system's clock. */
export function fromUnixMs(ms: number): number {
  return ms - originMs;
}

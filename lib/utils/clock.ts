import { performance } from 'node:perf_hooks';

const originMs = performance.timeOrigin;
const originNs = BigInt(Math.round(originMs * 1e6));
const nsPerMs = 1_000_000n;
const originWholeMs = Number(originNs / nsPerMs);
const originRestNs = Number(originNs % nsPerMs);

/** Milliseconds since the process began, with fractions; never goes back, whatever happens to the system's clock. */
export function now(): number {
  return performance.now();
}

/** A moment of `now()` as nanoseconds since 1970. */
export function toUnixNs(moment: number): bigint {
  return originNs + BigInt(Math.round(moment * 1e6));
}

/** A moment of `now()` as milliseconds since 1970, whole ones: that in which its nanosecond lies, as MLflow counts. */
export function toUnixMs(moment: number): number {
  const ns = originRestNs + Math.round(moment * 1e6);
  // A hundred days from the start of the process: rare, so that it may cost more.
  if (!Number.isSafeInteger(ns)) return Number(toUnixNs(moment) / nsPerMs);
  const rest = ns % 1e6;
  return originWholeMs + (ns - rest) / 1e6 - (rest < 0 ? 1 : 0);
}

/** The reverse of `toUnixMs`, for times that others measured on the system's clock. */
export function fromUnixMs(ms: number): number {
  return ms - originMs;
}

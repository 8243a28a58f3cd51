import { performance } from 'node:perf_hooks';

const originMs = performance.timeOrigin;
const originNs = BigInt(Math.round(originMs * 1e6));

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
  return Number(toUnixNs(moment) / 1_000_000n);
}

/** The reverse of `toUnixMs`, for times that others measured on the system's clock. */
export function fromUnixMs(ms: number): number {
  return ms - originMs;
}

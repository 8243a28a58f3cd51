import type { TimeInput } from '@opentelemetry/api';
import { fromUnixMs, now } from '../utils/clock.js';

/** A moment of our clock out of whatever the API allows: `performance.now()`, milliseconds since 1970, `[seconds, nanoseconds]` or a Date. */
export function momentOf(time: TimeInput | undefined): number {
  if (time === undefined) return now();
  if (Array.isArray(time)) return fromUnixMs(time[0] * 1e3 + time[1] / 1e6);
  const ms = Number(time);
  if (!Number.isFinite(ms)) return now();
  // As OpenTelemetry's SDK tells the two kinds of numbers apart: nothing traced began in the first decades after 1970.
  return time instanceof Date || ms > 1e11 ? fromUnixMs(ms) : ms;
}

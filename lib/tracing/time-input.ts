import type { TimeInput } from '@opentelemetry/api';
import { fromUnixMs, now } from '../utils/clock.js';

/** The first and the last millisecond since 1970 that OTLP, MLflow and a Date can hold: whole nanoseconds from 0, in 63 bits. */
const earliest = fromUnixMs(0);
const latest = fromUnixMs(9_223_372_036_854);

/**
 * A moment of our clock out of whatever the API allows: `performance.now()`, milliseconds since 1970, `[seconds, nanoseconds]` or a
 * Date. What is none is now, and what nobody could store the nearest moment that can be stored: one odd time would lose its whole trace.
 */
export function momentOf(time: unknown): number {
  if (time === undefined) return now();
  const moment = readMoment(time);
  return Number.isFinite(moment) ? Math.min(Math.max(moment, earliest), latest) : now();
}

/** Whether a value is one of these, and not the attributes that may stand in its place. */
export function isTime(value: unknown): value is TimeInput {
  try {
    return typeof value === 'number' || Array.isArray(value) || value instanceof Date;
  } catch {
    return false; // a revoked proxy
  }
}

function readMoment(time: unknown): number {
  try {
    if (Array.isArray(time)) return fromUnixMs(time[0] * 1e3 + time[1] / 1e6);
    if (time instanceof Date) return fromUnixMs(Number(time));
    if (typeof time !== 'number') return Number.NaN;
    // As OpenTelemetry's SDK tells the two kinds of numbers apart: nothing traced began in the first decades after 1970.
    return time > 1e11 ? fromUnixMs(time) : time;
  } catch {
    return Number.NaN; // a pair of what is no number
  }
}

import type { Trace } from '../entities/trace.js';
import type { TraceQuery } from './exporter.js';

/** What a search answers: the traces that started last, as many as the query wants. */
export function newestFirst(traces: Iterable<Trace>, { limit = 100 }: TraceQuery): readonly Trace[] {
  return [...traces].sort(byStart).slice(0, limit);
}

/** Where even the nanoseconds agree the id decides, so that the order does not hang on where the traces come from. */
function byStart(a: Trace, b: Trace): number {
  return (
    b.info.requestTimeMs - a.info.requestTimeMs ||
    Number(startTimeNs(b) - startTimeNs(a)) ||
    (a.info.traceId < b.info.traceId ? -1 : 1)
  );
}

/** Spans stand in the order in which they started. */
function startTimeNs({ data }: Trace): bigint {
  return data.spans[0]?.startTimeNs ?? 0n;
}

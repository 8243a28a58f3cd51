import type { Trace } from '../entities/trace.js';
import type { TraceQuery } from './exporter.js';

/** What a search answers: the traces that started last, as many as the query wants. */
export function newestFirst(traces: Iterable<Trace>, { limit = 100 }: TraceQuery): readonly Trace[] {
  return [...traces].sort((a, b) => b.info.requestTimeMs - a.info.requestTimeMs).slice(0, limit);
}

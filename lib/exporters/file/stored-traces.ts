import { existsSync } from 'node:fs';
import type { Trace } from '../../entities/trace.js';
import type { TraceQuery } from '../exporter.js';
import { matchesQuery } from '../match-trace.js';
import { newestFirst } from '../newest-first.js';
import { isBadLine, readTraceLines } from './read-trace-file.js';

/** Where traces were stored: one file and those that were rotated away. */
export interface StoredTraces {
  readonly path: string;
  /** How many rotated files there may be. */
  readonly maxFiles: number;
}

/** The trace with this id that was written last. Lines without the id are not parsed. */
export async function findStored(stored: StoredTraces, traceId: string): Promise<Trace | undefined> {
  for (const path of filesOf(stored).reverse()) {
    let found: Trace | undefined;
    for await (const item of readTraceLines(path, (line) => line.includes(traceId))) {
      if (!isBadLine(item) && item.info.traceId === traceId) found = item;
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Traces that match; of those with the same id only what was written last counts. Memory holds few more than are wanted. */
export async function searchStored(stored: StoredTraces, query: TraceQuery): Promise<readonly Trace[]> {
  const { limit = 100 } = query;
  let found = new Map<string, Trace>();
  for (const path of filesOf(stored)) {
    for await (const item of readTraceLines(path, () => true)) {
      if (isBadLine(item)) continue;
      if (matchesQuery(item.info, query)) found.set(item.info.traceId, item);
      else found.delete(item.info.traceId);
      if (found.size > 2 * limit + 100) found = byId(newestFirst(found.values(), query));
    }
  }
  return newestFirst(found.values(), query);
}

/** The files that exist, the oldest first. */
function filesOf({ path, maxFiles }: StoredTraces): string[] {
  const rotated = Array.from({ length: maxFiles }, (_, index) => `${path}.${maxFiles - index}`);
  return [...rotated, path].filter((file) => existsSync(file));
}

function byId(traces: readonly Trace[]): Map<string, Trace> {
  return new Map(traces.map((trace) => [trace.info.traceId, trace]));
}

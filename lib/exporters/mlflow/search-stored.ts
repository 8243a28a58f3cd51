import type { Trace } from '../../entities/trace.js';
import { mapInChunks } from '../../utils/map-in-chunks.js';
import type { TraceQuery } from '../exporter.js';
import { matchesQuery } from '../match-trace.js';
import { infoOf, readSpans, traceOf } from './read-traces.js';
import { searchPages } from './search-pages.js';
import { isSearchableKey, type TraceFilter } from './trace-filter.js';
import type { TraceInfoJson } from './trace-info-json.js';
import type { TraceServer } from './trace-server.js';

/** The traces of an experiment that meet a query, those that started last first. */
export async function searchStored(
  server: TraceServer,
  experimentId: string,
  query: TraceQuery,
): Promise<readonly Trace[]> {
  const { limit = 100 } = query;
  const found: TraceInfoJson[] = [];
  const search = {
    experimentIds: [experimentId],
    filter: filterOf(query),
    pageSize: Math.max(1, Math.min(500, limit)),
  };
  for await (const infos of searchPages(server.http, search)) {
    // What the server's grammar cannot say in full.
    found.push(...infos.filter((info) => matchesQuery(infoOf(info), query)));
    if (found.length >= limit) break;
  }
  return await readAll(server, found.slice(0, limit));
}

function filterOf({ state, name, session, user, tags, startedAfter, startedBefore }: TraceQuery): TraceFilter {
  return {
    ...(state === undefined ? {} : { state }),
    ...(name === undefined ? {} : { name }),
    ...(session === undefined ? {} : { session }),
    ...(user === undefined ? {} : { user }),
    ...(tags === undefined ? {} : { tags: searchableTags(tags) }),
    timestampMs: {
      ...(startedAfter === undefined ? {} : { atLeast: startedAfter.getTime() }),
      ...(startedBefore === undefined ? {} : { atMost: startedBefore.getTime() - 1 }),
    },
  };
}

function searchableTags(tags: NonNullable<TraceQuery['tags']>): NonNullable<TraceQuery['tags']> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => isSearchableKey(key)));
}

/** The traces that a search has found, with their spans. */
export function readAll({ files }: TraceServer, infos: readonly TraceInfoJson[]): Promise<readonly Trace[]> {
  return mapInChunks(infos, async (info) => traceOf(info, await readSpans(files, String(info['trace_id']))));
}

import type { TraceInfo } from '../entities/trace-info.js';
import { getOwn } from '../utils/records.js';
import type { TraceQuery } from './exporter.js';

/** Whether a trace meets every condition of a query. */
export function matchesQuery(info: TraceInfo, query: TraceQuery): boolean {
  return (
    isSame(query.state, info.state) &&
    isSame(query.name, info.name) &&
    isSame(query.session, info.session) &&
    isSame(query.user, info.user) &&
    (query.startedAfter === undefined || info.requestTime >= query.startedAfter) &&
    (query.startedBefore === undefined || info.requestTime < query.startedBefore) &&
    Object.entries(query.tags ?? {}).every(([key, value]) => getOwn(info.tags, key) === value)
  );
}

function isSame(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

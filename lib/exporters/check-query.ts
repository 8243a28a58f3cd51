import { faultOfOptions } from '../utils/fault-of-options.js';
import { isRecord } from '../utils/records.js';
import { anyText, choice, count, type ValueKind } from '../utils/value-kinds.js';
import type { TraceQuery } from './exporter.js';

const time: ValueKind = {
  wanted: 'a valid Date',
  accepts: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
};

const tags: ValueKind = {
  wanted: 'an object of texts',
  accepts: (value) => isRecord(value) && Object.values(value).every(anyText.accepts),
};

const limit: ValueKind = {
  wanted: `${count.wanted}, or Infinity`,
  accepts: (value) => count.accepts(value) || value === Number.POSITIVE_INFINITY,
};

const conditions: { readonly [Name in keyof Required<TraceQuery>]: ValueKind } = {
  state: choice(['OK', 'ERROR', 'IN_PROGRESS', 'STATE_UNSPECIFIED']),
  name: anyText,
  session: anyText,
  user: anyText,
  tags,
  startedAfter: time,
  startedBefore: time,
  limit,
};

/** @throws {TypeError} for what is no query, with the remedy: a condition that is misspelt would match everything. */
export function checkQuery(query: unknown): void {
  const fault = faultOfOptions({ whose: 'searchTraces()', noun: 'condition' }, query, conditions);
  if (fault !== undefined) throw new TypeError(fault);
}

import { TraceKey } from '../../entities/attributes.js';
import { parseTraceJson } from '../../entities/parse-trace-json.js';
import { Trace } from '../../entities/trace.js';
import type { TraceInfo } from '../../entities/trace-info.js';
import { parseJson } from '../../utils/parse-json.js';
import { isRecord, recordOf } from '../../utils/records.js';
import { mendLinks } from './mend-links.js';
import type { MlflowHttp } from './mlflow-http.js';
import { isCarrier } from './otlp-json.js';
import { isServerTag } from './server-tags.js';
import type { SpanFiles } from './span-files.js';
import { filterText, type TraceFilter } from './trace-filter.js';
import { readTraceInfo, type TraceInfoJson } from './trace-info-json.js';
import type { TraceServer } from './trace-server.js';

/** A trace with its spans, wherever the server keeps these; `undefined` if it knows no such trace. */
export async function readTrace({ http, files }: TraceServer, traceId: string): Promise<Trace | undefined> {
  const info = await readTraceInfo(http, traceId);
  return info === undefined ? undefined : traceOf(info, await readSpans(files, traceId));
}

/** In the form of a trace file; none where the server has none. */
export async function readSpans(files: SpanFiles, traceId: string): Promise<readonly unknown[]> {
  const answer = await files.read(traceId);
  if (answer === undefined) return [];
  try {
    const { spans } = recordOf(parseTraceJson(answer));
    return Array.isArray(spans) ? spans : [];
  } catch {
    return []; // no JSON: a file that was damaged
  }
}

/** One page of what a search finds. */
export interface TracePage {
  readonly infos: readonly TraceInfoJson[];
  /** `undefined` after the last page. */
  readonly nextPageToken: string | undefined;
}

/** What a search asks for. */
export interface SearchRequest {
  readonly experimentIds: readonly string[];
  readonly filter?: TraceFilter | undefined;
  /** As the server spells it. @default ['timestamp_ms DESC'] */
  readonly orderBy?: readonly string[] | undefined;
  /** 1 to 500. @default 100 */
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
}

export async function searchPage(http: MlflowHttp, request: SearchRequest): Promise<TracePage> {
  const { experimentIds, filter = {}, orderBy = ['timestamp_ms DESC'], pageSize = 100, pageToken } = request;
  const text = filterText(filter);
  const json = {
    locations: experimentIds.map((id) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: id } })),
    max_results: pageSize,
    order_by: orderBy,
    ...(text === '' ? {} : { filter: text }),
    ...(pageToken === undefined ? {} : { page_token: pageToken }),
  };
  const answer = await http.send({ method: 'POST', path: '/api/3.0/mlflow/traces/search', json });
  const { traces, next_page_token: next } = recordOf(parseJson(answer));
  const infos = Array.isArray(traces) ? traces.filter(isRecord) : [];
  return { infos, nextPageToken: typeof next === 'string' && next !== '' ? next : undefined };
}

/** What the server says of a trace, without its spans. */
export function infoOf(info: TraceInfoJson): TraceInfo {
  return traceOf(info, []).info;
}

/** A trace out of the server's two answers: as it was before it was sent. */
export function traceOf(info: TraceInfoJson, spans: readonly unknown[]): Trace {
  const { execution_duration: duration, trace_metadata: metadata, tags, ...rest } = info;
  return Trace.fromJSON({
    info: {
      ...rest,
      execution_duration_ms: Math.round(Number.parseFloat(String(duration ?? 0)) * 1000),
      trace_metadata: { ...withoutKeys(metadata, isServerMetadata), [TraceKey.schemaVersion]: '3' },
      tags: withoutKeys(tags, isServerTag),
    },
    data: { spans: spans.map(ownSpan) },
  });
}

/** Without what it carried for the trace, if it is the root: a span below may have attributes of these names. */
function ownSpan(span: unknown): unknown {
  if (!isRecord(span)) return span;
  const { attributes, links, parent_span_id: parent } = span;
  return { ...span, attributes: parent ? attributes : withoutKeys(attributes, isCarrier), links: mendLinks(links) };
}

function isServerMetadata(key: string): boolean {
  return key === 'mlflow.trace.infoFinalized';
}

function withoutKeys(record: unknown, isOut: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(recordOf(record)).filter(([key]) => !isOut(key)));
}

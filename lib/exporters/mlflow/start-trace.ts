import { TraceKey } from '../../entities/attributes.js';
import type { Span } from '../../entities/span.js';
import type { Trace } from '../../entities/trace.js';
import type { MlflowHttp } from './mlflow-http.js';
import { sentTags } from './sent-tags.js';
import { storableKey, storableMetadata, storableText } from './storable.js';
import { type TraceInfoJson, traceInfoIn } from './trace-info-json.js';
import { tracesPath } from './trace-paths.js';
import type { Target } from './way.js';

/** What the server makes of a trace's spans by itself. */
const carriedMetadata: ReadonlySet<string> = new Set([
  TraceKey.schemaVersion,
  TraceKey.tokenUsage,
  TraceKey.session,
  TraceKey.user,
]);

/**
 * Whether a trace says something of itself that its spans cannot carry: a state that is not its root's, times that are not those of
 * all its spans, facts and odd tags of the user's.
 */
export function needsTraceInfo({ info, data }: Trace): boolean {
  const root = data.spans.find(({ parentId }) => parentId === undefined);
  const state = root?.status.code === 'ERROR' ? 'ERROR' : 'OK';
  return (
    root === undefined ||
    info.state !== state ||
    !isTimedBySpans(info, root, data.spans) ||
    Object.keys(info.metadata).some((key) => !carriedMetadata.has(key)) ||
    Object.keys(sentTags(info.tags)).some((key) => !carriedTag.test(key))
  );
}

/** The server times a trace from the first start of a span to the last end, in whole milliseconds. */
function isTimedBySpans(
  { requestTimeMs, executionDurationMs }: Trace['info'],
  root: Span,
  spans: readonly Span[],
): boolean {
  let [first, last] = [root.startTimeNs, root.endTimeNs];
  for (const { startTimeNs, endTimeNs } of spans) {
    if (startTimeNs < first) first = startTimeNs;
    if (endTimeNs > last) last = endTimeNs;
  }
  const startMs = Number(first / nsPerMs);
  return startMs === requestTimeMs && Number(last / nsPerMs) - startMs === executionDurationMs;
}

const nsPerMs = 1_000_000n;

/** Of a span the server takes only tags whose keys could be names of files; the others it drops without a word. */
const carriedTag = /^\w[\w :-]*(?:[./]\w[\w :-]*)*$/;

/** One summary on its way. */
export interface TraceStart {
  readonly info: TraceInfoJson;
  /** @default true */
  readonly isRepeatable?: boolean;
  readonly signal: AbortSignal;
}

/** Tells the server of a trace. @returns the trace as the server knows it now. */
export async function startTrace(
  http: MlflowHttp,
  { info, isRepeatable = true, signal }: TraceStart,
): Promise<TraceInfoJson> {
  const json = { trace: { trace_info: info } };
  const start = { method: 'POST', path: tracesPath, json, isRepeatable, mayReuseConnection: true, signal } as const;
  const answer = await http.send(start);
  return traceInfoIn(answer) ?? info;
}

/**
 * The server cuts silently what protobuf does not take, in the order of the keys: what could be odd stands last, MLflow's own before
 * the user's.
 */
export function traceInfoJson(
  { info }: Trace,
  { experimentId, previewLength }: Pick<Target, 'experimentId' | 'previewLength'>,
  metadata: Readonly<Record<string, string>> = info.metadata,
): TraceInfoJson {
  const { request, response } = info.previews(previewLength);
  return {
    trace_id: info.traceId,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } },
    request_time: writtenTime(info.requestTimeMs),
    execution_duration: writtenDuration(info.executionDurationMs),
    state: info.state,
    ...(request === undefined ? {} : { request_preview: storableText(request) }),
    ...(response === undefined ? {} : { response_preview: storableText(response) }),
    trace_metadata: ownFirst(sentMetadata(metadata)),
    tags: ownFirst(sentTags(info.tags)),
  };
}

function ownFirst(record: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(record);
  const isOwn = ([key]: readonly [string, string]) => key.startsWith('mlflow.');
  return Object.fromEntries([...entries.filter(isOwn), ...entries.filter((entry) => !isOwn(entry))]);
}

function sentMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [storableKey(key), storableMetadata(key, value)]),
  );
}

/** Within the years that the server's times have, which are written with four digits. */
function writtenTime(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs, 0), latestMs)).toISOString();
}

const latestMs = Date.UTC(9999, 11, 31);

/** In seconds, never with an exponent. */
function writtenDuration(durationMs: number): string {
  return `${(Math.min(Math.max(durationMs, 0), latestMs) / 1000).toFixed(3)}s`;
}

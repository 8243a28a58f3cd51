import { TraceKey } from '../../entities/attributes.js';
import type { Trace } from '../../entities/trace.js';
import type { MlflowHttp } from './mlflow-http.js';
import { sentTags } from './sent-tags.js';
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

const maxMetadataLength = 250;
const longMetadata: ReadonlySet<string> = new Set([TraceKey.tokenUsage, TraceKey.cost]);

/** Whether a trace says something of itself that its spans cannot carry: a state that is not its root's, facts and odd tags of the user's. */
export function needsTraceInfo({ info, data }: Trace): boolean {
  const root = data.spans.find(({ parentId }) => parentId === undefined);
  const state = root?.status.code === 'ERROR' ? 'ERROR' : 'OK';
  return (
    root === undefined ||
    info.state !== state ||
    Object.keys(info.metadata).some((key) => !carriedMetadata.has(key)) ||
    Object.keys(sentTags(info.tags)).some((key) => !carriedTag.test(key))
  );
}

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
  const answer = await http.send({ method: 'POST', path: tracesPath, json, isRepeatable, signal });
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
    request_time: info.requestTime.toISOString(),
    execution_duration: `${(info.executionDurationMs / 1000).toFixed(3)}s`,
    state: info.state,
    ...(request === undefined ? {} : { request_preview: request.toWellFormed() }),
    ...(response === undefined ? {} : { response_preview: response.toWellFormed() }),
    trace_metadata: ownFirst(metadata, (key, value) =>
      longMetadata.has(key) ? value : cutTo(value, maxMetadataLength),
    ),
    tags: ownFirst(sentTags(info.tags), (_key, value) => cutTo(value, maxTagLength)),
  };
}

/** Characters of a tag that a server gives back. */
const maxTagLength = 4096;

function ownFirst(
  record: Readonly<Record<string, string>>,
  clean: (key: string, value: string) => string,
): Record<string, string> {
  const entries = Object.entries(record).map(([key, value]) => [key, clean(key, value.toWellFormed())] as const);
  const isOwn = ([key]: readonly [string, string]) => key.startsWith('mlflow.');
  return Object.fromEntries([...entries.filter(isOwn), ...entries.filter((entry) => !isOwn(entry))]);
}

/** By whole characters. */
function cutTo(value: string, maxLength: number): string {
  return value.length <= maxLength ? value : Array.from(value).slice(0, maxLength).join('');
}

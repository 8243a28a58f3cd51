import { TraceKey } from '../../entities/attributes.js';
import type { Trace } from '../../entities/trace.js';
import type { MlflowHttp } from './mlflow-http.js';
import { sentTags } from './sent-tags.js';

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

/** Tells the server what it cannot read off the spans. They must have arrived: an info without spans cannot be read. */
export async function startTrace(
  http: MlflowHttp,
  trace: Trace,
  { experimentId, signal }: { readonly experimentId: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const json = { trace: { trace_info: traceInfoJson(trace, experimentId) } };
  await http.send({ method: 'POST', path: '/api/3.0/mlflow/traces', json, signal });
}

/**
 * The server cuts silently what protobuf does not take, in the order of the keys: what could be odd stands last, MLflow's own before
 * the user's.
 */
function traceInfoJson({ info }: Trace, experimentId: string): object {
  return {
    trace_id: info.traceId,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } },
    request_time: info.requestTime.toISOString(),
    execution_duration: `${(info.executionDurationMs / 1000).toFixed(3)}s`,
    state: info.state,
    ...(info.requestPreview === undefined ? {} : { request_preview: info.requestPreview.toWellFormed() }),
    ...(info.responsePreview === undefined ? {} : { response_preview: info.responsePreview.toWellFormed() }),
    trace_metadata: ownFirst(info.metadata, (key, value) =>
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

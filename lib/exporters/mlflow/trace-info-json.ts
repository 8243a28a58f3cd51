import { parseJson } from '../../utils/parse-json.js';
import { isRecord } from '../../utils/records.js';
import type { MlflowHttp } from './mlflow-http.js';
import { pathOfTrace } from './trace-paths.js';

/** What the server says of a trace, as it says it. */
export type TraceInfoJson = Readonly<Record<string, unknown>>;

/** `undefined` if the server knows no such trace. */
export async function readTraceInfo(
  http: MlflowHttp,
  traceId: string,
  signal?: AbortSignal,
): Promise<TraceInfoJson | undefined> {
  const answer = await http.find({ method: 'GET', path: pathOfTrace(traceId), signal });
  return answer === undefined ? undefined : traceInfoIn(answer);
}

/** @throws {MlflowNotFoundError} if the server knows no such trace. */
export async function readKnownTraceInfo(http: MlflowHttp, traceId: string): Promise<TraceInfoJson> {
  return traceInfoIn(await http.send({ method: 'GET', path: pathOfTrace(traceId) })) ?? {};
}

/** The info in an answer that is about one trace. */
export function traceInfoIn(answer: string): TraceInfoJson | undefined {
  const json = parseJson(answer);
  const trace = isRecord(json) ? json['trace'] : undefined;
  const info = isRecord(trace) ? trace['trace_info'] : undefined;
  return isRecord(info) ? info : undefined;
}

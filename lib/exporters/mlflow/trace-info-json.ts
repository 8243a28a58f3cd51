import { parseJson } from '../../utils/parse-json.js';
import { isRecord, recordOf } from '../../utils/records.js';
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
  const { trace } = recordOf(parseJson(answer));
  const { trace_info: info } = recordOf(trace);
  return isRecord(info) ? info : undefined;
}

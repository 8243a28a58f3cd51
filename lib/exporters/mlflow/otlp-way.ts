import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Trace } from '../../entities/trace.js';
import type { MlflowHttp } from './mlflow-http.js';
import { otlpJson } from './otlp-json.js';
import { needsTraceInfo, startTrace, traceInfoJson } from './start-trace.js';
import { traceLength } from './trace-length.js';
import { isAboutContent, type Refusal, type Target } from './way.js';

/** Of one request: where traces are small, a server takes many at once several times faster than one by one. */
const maxTraces = 32;
const maxSpans = 500;
const maxLength = 4 * 1024 * 1024;
/** While the server stores the one, the other is made. */
const maxRequestsInFlight = 2;

const zip = promisify(gzip);
/** Half the work of the default, and a quarter more bytes. */
const zipLevel = 3;

/** Sends traces to the server's OpenTelemetry route, many in a request; what their spans cannot carry follows. */
export async function sendByOtlp(
  http: MlflowHttp,
  traces: readonly Trace[],
  target: Target,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  const failures: unknown[] = [];
  const batches = batchesOf(traces).values();
  const sendOneByOne = async (): Promise<void> => {
    for (const batch of batches) {
      try {
        refused.push(...(await sendBatch(http, batch, target)));
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: maxRequestsInFlight }, sendOneByOne));
  if (failures.length > 0) throw failures[0];
  return refused;
}

/** One trace that the server cannot take makes it refuse the request: it is found by halving. */
async function sendBatch(http: MlflowHttp, traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
  try {
    await sendSpans(http, traces, target);
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    const [only] = traces;
    if (traces.length === 1 && only !== undefined) return [{ trace: only, error }];
    const middle = Math.ceil(traces.length / 2);
    const left = await sendBatch(http, traces.slice(0, middle), target);
    return [...left, ...(await sendBatch(http, traces.slice(middle), target))];
  }
  return sendInfos(http, traces, target);
}

async function sendSpans(http: MlflowHttp, traces: readonly Trace[], target: Target): Promise<void> {
  const { experimentId, runId, signal } = target;
  const bytes = await zip(otlpJson(traces), { level: zipLevel });
  await http.send({
    method: 'POST',
    path: '/v1/traces',
    body: { bytes, headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } },
    headers: { 'x-mlflow-experiment-id': experimentId, ...(runId === undefined ? {} : { 'x-mlflow-run-id': runId }) },
    signal,
  });
}

/** The spans must have arrived: an info without spans cannot be read. */
async function sendInfos(http: MlflowHttp, traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  for (const trace of traces.filter(needsTraceInfo)) {
    try {
      await startTrace(http, { info: traceInfoJson(trace, target), signal: target.signal });
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      refused.push({ trace, error });
    }
  }
  return refused;
}

/** As few as can be, and alike: no request is waited for alone. */
function batchesOf(traces: readonly Trace[]): readonly (readonly Trace[])[] {
  const most = Math.ceil(traces.length / Math.ceil(traces.length / maxTraces));
  const batches: Trace[][] = [];
  let [spans, length] = [0, 0];
  for (const trace of traces) {
    const own = { spans: trace.data.spans.length, length: traceLength(trace) };
    const last = batches.at(-1);
    const hasRoom = spans + own.spans <= maxSpans && length + own.length <= maxLength;
    if (last !== undefined && last.length < most && hasRoom) {
      last.push(trace);
      spans += own.spans;
      length += own.length;
    } else {
      batches.push([trace]);
      ({ spans, length } = own);
    }
  }
  return batches;
}

/* What the exporter is compared with: the least that a program could do by itself. */
import { gzipSync } from 'node:zlib';

/** Posts bodies that were made before, one at a time: a bare client of the OpenTelemetry route. */
export async function sendBodies(url, experimentId, bodies) {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
    'x-mlflow-experiment-id': experimentId,
  };
  for (const body of bodies) await send(`${url}/v1/traces`, { method: 'POST', headers, body });
}

/** Such bodies, of 32 traces each. */
export function bodiesOf(traces) {
  const bodies = [];
  for (let start = 0; start < traces.length; start += 32) {
    const spans = traces.slice(start, start + 32).flatMap((trace) => trace.data.spans.map(otlpSpan));
    bodies.push(gzipSync(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: { name: 'bench' }, spans }] }] })));
  }
  return bodies;
}

function otlpSpan(span) {
  return {
    traceId: span.traceId.slice(3),
    spanId: span.spanId,
    ...(span.parentId && { parentSpanId: span.parentId }),
    name: span.name,
    kind: 1,
    startTimeUnixNano: String(span.startTimeNs),
    endTimeUnixNano: String(span.endTimeNs),
    attributes: Object.entries(span.attributes)
      .filter(([key]) => key !== 'mlflow.traceRequestId')
      .map(([key, value]) => ({ key, value: { stringValue: JSON.stringify(value) } })),
    status: { code: 1 },
  };
}

/** A summary and a file for each trace, one after the other. */
export async function sendPairs(url, experimentId, traces) {
  const json = { 'Content-Type': 'application/json' };
  for (const trace of traces) {
    const { info, data } = JSON.parse(JSON.stringify(trace));
    const { execution_duration_ms: ms, ...rest } = info;
    const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } };
    const summary = { ...rest, execution_duration: `${ms / 1000}s`, trace_location: location };
    const start = { method: 'POST', headers: json, body: JSON.stringify({ trace: { trace_info: summary } }) };
    await send(`${url}/api/3.0/mlflow/traces`, start);
    const path = `artifacts/${experimentId}/traces/${info.trace_id}/artifacts/traces.json`;
    await send(`${url}/api/2.0/mlflow-artifacts/${path}`, { method: 'PUT', headers: json, body: JSON.stringify(data) });
  }
}

export async function newExperiment(url) {
  const body = JSON.stringify({ name: `bench ${process.pid} ${performance.now()}` });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await send(`${url}/api/2.0/mlflow/experiments/create`, { method: 'POST', headers, body });
  return JSON.parse(answer).experiment_id;
}

/** How many traces a server has of an experiment. */
export async function countTraces(url, experimentId) {
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }];
  let count = 0;
  let token;
  do {
    const body = JSON.stringify({ locations, max_results: 500, ...(token && { page_token: token }) });
    const headers = { 'Content-Type': 'application/json' };
    const page = JSON.parse(await send(`${url}/api/3.0/mlflow/traces/search`, { method: 'POST', headers, body }));
    count += page.traces?.length ?? 0;
    token = page.next_page_token;
  } while (token);
  return count;
}

async function send(url, request) {
  const response = await fetch(url, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`${request.method} ${url}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}

import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, RejectedTracesError } from '../../../lib/errors.js';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import { MlflowError, MlflowTimeoutError } from '../../../lib/exporters/mlflow/mlflow-errors.js';
import { MlflowTransport } from '../../../lib/exporters/mlflow/mlflow-transport.js';
import { type Reply, ScriptedServer, type SeenRequest } from '../../support/scripted-server.js';
import { aTrace, type TraceParts } from '../../support/traces.js';

const { signal } = new AbortController();
const experiment = { status: 200, body: '{"experiment":{"experiment_id":"7","name":"x","lifecycle_stage":"active"}}' };
const ok = { status: 200, body: '{}' };
const started =
  '{"trace":{"trace_info":{"tags":{"mlflow.artifactLocation":"mlflow-artifacts:/7/traces/tr-1/artifacts"}}}}';
const filePath = '/api/2.0/mlflow-artifacts/artifacts/7/traces/tr-1/artifacts/traces.json';

let server: ScriptedServer;

afterEach(() => server.stop());

/** A transport to a server that answers as told, but for the question of the experiment. */
async function transport(reply: (request: SeenRequest) => Reply, runId?: string): Promise<MlflowTransport> {
  server = await ScriptedServer.start((request) =>
    request.url.includes('/experiments/') ? experiment : reply(request),
  );
  const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
  return new MlflowTransport({
    connection: readConnection({ trackingUri: server.url, environment, readCredentials: () => undefined }),
    choice: { name: 'x' },
    runId,
    workspace: undefined,
  });
}

function numbered(index: number, parts: TraceParts = {}) {
  return aTrace({ id: `tr-${String(index).padStart(32, '0')}`, ...parts });
}

function requestsTo(path: string): readonly SeenRequest[] {
  return server.seen.filter(({ url }) => url === path);
}

describe('MlflowTransport', () => {
  it('names experiment and run, and asks for the experiment once', async () => {
    const mlflow = await transport(() => ok, 'run-1');

    await mlflow.send([numbered(1)], signal);
    await mlflow.send([numbered(2)], signal);

    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=x',
      'POST /v1/traces',
      'POST /v1/traces',
    ]);
    expect(server.seen[1]?.headers).toMatchObject({
      'x-mlflow-experiment-id': '7',
      'x-mlflow-run-id': 'run-1',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
  });

  it('tells each call of its own tries', async () => {
    let isBusy = true;
    server = await ScriptedServer.start(({ url }) => {
      if (url.includes('/experiments/')) return experiment;
      isBusy = !isBusy;
      return isBusy ? ok : { status: 503, headers: { 'Retry-After': '0' } };
    });
    const connection = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });
    const mlflow = new MlflowTransport({ connection, choice: { name: 'x' }, runId: undefined, workspace: undefined });
    const told: unknown[] = [];

    await mlflow.send([numbered(1)], signal, (cause) => told.push(String(cause)));
    await mlflow.send([numbered(2)], signal);

    expect(server.seen).toHaveLength(5);
    expect(told).toEqual([expect.stringMatching(/^MlflowServerError: POST .*\/v1\/traces failed \(503\)/)]);
  });

  it('asks again for an experiment that it did not get', async () => {
    let isUp = false;
    server = await ScriptedServer.start(({ url }) => {
      if (!isUp) return { status: 503 };
      return url.includes('/experiments/') ? experiment : ok;
    });
    const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const connection = readConnection({ trackingUri: server.url, environment, readCredentials: () => undefined });
    const mlflow = new MlflowTransport({ connection, choice: { name: 'x' }, runId: undefined, workspace: undefined });

    await expect(mlflow.send([numbered(1)], signal)).rejects.toThrow('503');
    isUp = true;
    await expect(mlflow.send([numbered(1)], signal)).resolves.toBeUndefined();
  });

  it('sends as few requests as can be, alike', async () => {
    const mlflow = await transport(() => ok);

    for (const count of [32, 33, 80]) {
      const traces = Array.from({ length: count }, (_, index) => numbered(index + 1));
      await mlflow.send(traces, signal);
    }

    const counts = requestsTo('/v1/traces').map(({ body }) => body.match(/"traceId"/g)?.length);
    expect(counts.slice(0, 3)).toEqual([32, expect.toBeOneOf([17, 16]), expect.toBeOneOf([17, 16])]);
    expect(counts.slice(3).toSorted()).toEqual([26, 27, 27]);
  });

  it('sends no more than 500 spans, or 4 MB, in a request', async () => {
    const mlflow = await transport(() => ok);
    const spans = Array.from({ length: 200 }, (_, index) => (index === 0 ? {} : { parent: 1 }));
    const large = 'x'.repeat(3_000_000);

    await mlflow.send(
      [1, 2, 3].map((index) => numbered(index, { spans })),
      signal,
    );
    await mlflow.send(
      [4, 5].map((index) => numbered(index, { spans: [{ inputs: large }] })),
      signal,
    );

    const ids = requestsTo('/v1/traces').map(({ body }) => new Set(body.match(/"traceId":"0*(\d)"/g)).size);
    // Those of one call arrive in any order.
    expect([ids.slice(0, 2).sort(), ids.slice(2)]).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });

  it('finds the traces that a server refuses by halving, and throws what names them', async () => {
    const mlflow = await transport(({ body }) =>
      /0{31}6/.test(body)
        ? { status: 422, body: '{"detail":"worse"}' }
        : /0{31}3/.test(body)
          ? { status: 422, body: '{"detail":"bad"}' }
          : ok,
    );

    const error: unknown = await mlflow
      .send(
        [1, 2, 3, 4, 5, 6].map((index) => numbered(index)),
        signal,
      )
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RejectedTracesError);
    expect((error as RejectedTracesError).traceIds).toEqual([numbered(3).info.traceId, numbered(6).info.traceId]);
    expect((error as RejectedTracesError).message).toContain('422: bad');
    expect((error as RejectedTracesError).reasons).toEqual([
      expect.stringContaining('422: bad'),
      expect.stringContaining('422: worse'),
    ]);
  });

  it('throws what concerns all: nothing is tried one by one', async () => {
    const mlflow = await transport(() => ({ status: 401 }));

    await expect(mlflow.send([numbered(1), numbered(2)], signal)).rejects.toThrow(/MLFLOW_TRACKING_USERNAME/);
    expect(requestsTo('/v1/traces')).toHaveLength(1);
  });

  it('tells the info of a trace after its spans, cut to what a server keeps', async () => {
    const mlflow = await transport(() => ok);
    const emoji = '😀'.repeat(300);

    await mlflow.send(
      [
        numbered(1, {
          spans: [{ isUnfinished: true, durationMs: 1234 }],
          metadata: { build: emoji, short: 'a' },
          tags: { long: 'x'.repeat(5000), 'mlflow.artifactLocation': 'elsewhere' },
        }),
      ],
      signal,
    );

    const [request] = requestsTo('/api/3.0/mlflow/traces');
    expect(server.seen.at(-1)).toBe(request);
    const { trace } = JSON.parse(request?.body ?? '') as { trace: { trace_info: Record<string, unknown> } };
    expect(trace.trace_info).toMatchObject({
      trace_id: numbered(1).info.traceId,
      trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '7' } },
      request_time: '2026-01-02T03:04:05.000Z',
      execution_duration: '1.234s',
      state: 'IN_PROGRESS',
      trace_metadata: { build: '😀'.repeat(250), short: 'a', 'mlflow.trace_schema.version': '3' },
      tags: { 'mlflow.traceName': expect.any(String), long: 'x'.repeat(4096) },
    });
  });

  it.each([
    [400, /refuses it|It refuses/],
    [500, /MlflowServerError|500/],
  ])('tells when the server does not take an info: %i', async (status, message) => {
    const mlflow = await transport(({ url }) => (url === '/v1/traces' ? ok : { status }));

    await expect(mlflow.send([numbered(1, { metadata: { build: '7' } })], signal)).rejects.toThrow(message);
  });

  it.each([
    ['nothing', ['', '']],
    ['no JSON', ['hello', 'hello']],
    ['a trace without an info', ['{"trace":{}}', '{}']],
    ['a list', ['[]', '[]']],
  ])('takes %s for a trace that is not there', async (_what, [info, spans]) => {
    const mlflow = await transport(({ url }) => ({
      status: 200,
      body: url.includes('get-trace-artifact') ? (spans ?? '') : (info ?? ''),
    }));

    expect(await mlflow.getTrace('tr-1')).toBeUndefined();
  });

  it('reads a trace whose spans are not there, or odd', async () => {
    const info = '{"trace":{"trace_info":{"trace_id":"tr-00000000000000000000000000000001","state":"OK"}}}';
    let spans: Reply = { status: 404, body: '{"error_code":"NOT_FOUND"}' };
    const mlflow = await transport(({ url }) =>
      url.includes('get-trace-artifact') ? spans : { status: 200, body: info },
    );

    expect((await mlflow.getTrace('tr-1'))?.data.spans).toEqual([]);
    spans = { status: 200, body: '{"spans":[5]}' };
    await expect(mlflow.getTrace('tr-1')).rejects.toThrow(/Not a trace/);
  });

  it('goes through the pages of a search until it has enough', async () => {
    const page = (from: number, next?: string) =>
      JSON.stringify({
        traces: [from, from + 1].map((index) => ({
          trace_id: numbered(index).info.traceId,
          state: index === 2 ? 'ERROR' : 'OK',
          request_time: '2026-01-02T03:04:05Z',
        })),
        ...(next === undefined ? {} : { next_page_token: next }),
      });
    const mlflow = await transport(({ url, body }) => {
      if (url.includes('get-trace-artifact')) return { status: 200, body: '{"spans":[]}' };
      return { status: 200, body: body.includes('"page_token":"b"') ? page(3) : page(1, 'b') };
    });

    const ids = async (query: object) =>
      (await mlflow.searchTraces(query)).map(({ info }) => Number(info.traceId.slice(-1)));

    expect(await ids({})).toEqual([1, 2, 3, 4]);
    expect(await ids({ limit: 3 })).toEqual([1, 2, 3]);
    expect(await ids({ limit: 2 })).toEqual([1, 2]);
    expect(await ids({ state: 'ERROR' })).toEqual([2]);
  });

  it.each<[string, (mlflow: MlflowTransport) => Promise<unknown>]>([
    ['a trace', (mlflow) => mlflow.getTrace('tr-1')],
    ['traces', (mlflow) => mlflow.searchTraces({})],
  ])('does not wait as long for an answer about %s as traces can wait', async (_what, ask) => {
    server = await ScriptedServer.start(() => 'hang');
    const connection = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });
    const destination = { connection, choice: { name: 'x' }, runId: undefined, workspace: undefined };
    const mlflow = new MlflowTransport(destination, { longestAnswerMs: 50 });

    await expect(ask(mlflow)).rejects.toBeInstanceOf(MlflowTimeoutError);
  });

  it('tells when the server fails to answer a question', async () => {
    const mlflow = await transport(() => ({ status: 500 }));

    await expect(mlflow.getTrace('tr-1')).rejects.toThrow('500');
  });

  it('finds nothing where the server finds nothing', async () => {
    const mlflow = await transport(() => ({ status: 200, body: '[]' }));

    expect(await mlflow.searchTraces({})).toEqual([]);
  });

  it('asks a server without OpenTelemetry for the route once it has taken a trace as a file, and not before', async () => {
    let isUp = false;
    const mlflow = await transport(({ url, method }) => {
      if (url === '/v1/traces' || !isUp) return { status: 404 };
      return { status: 200, body: method === 'POST' ? started : '' };
    });

    await expect(mlflow.send([numbered(1)], signal)).rejects.toThrow('404');
    isUp = true;
    await mlflow.send([numbered(1)], signal);
    await mlflow.send([numbered(2)], signal);

    expect(requestsTo('/v1/traces')).toHaveLength(2);
    expect(requestsTo(filePath)).toHaveLength(2);
  });

  it('throws what has nothing to do with routes, such as credentials that are gone', async () => {
    await transport(() => ok);
    const sources = { trackingUri: server.url, environment: {}, readCredentials: () => undefined };
    let asked = 0;
    const authorize = async () => {
      asked += 1;
      if (asked > 1) throw new ConfigurationError('gone');
      return {};
    };
    const connection = { ...readConnection(sources), authorize };
    const mlflow = new MlflowTransport({ connection, choice: { name: 'x' }, runId: undefined, workspace: undefined });

    await expect(mlflow.send([numbered(1)], signal)).rejects.toThrow('gone');
    expect(server.seen).toHaveLength(1);
  });

  it('throws what concerns all where the server knows the route, and not the experiment', async () => {
    const body = '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no experiment"}';
    const mlflow = await transport(() => ({ status: 404, body }));

    await expect(mlflow.send([numbered(1)], signal)).rejects.toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST' });
    expect(server.seen.at(-1)?.url).toBe('/v1/traces');
  });

  it('asks nothing more for a trace on its way as a file when it is told to stop', async () => {
    const abort = new AbortController();
    const mlflow = await transport(({ method, url }) => {
      if (url === '/v1/traces') return { status: 404 };
      if (method === 'POST') setTimeout(() => abort.abort());
      return 'hang';
    });

    await expect(mlflow.send([numbered(1)], abort.signal)).rejects.toThrow(MlflowError);

    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
  });

  it('throws what names the traces that a server does not take as files', async () => {
    const mlflow = await transport(({ url, body }) => {
      if (url === '/v1/traces') return { status: 501 };
      return body.includes('0003') ? { status: 400 } : { status: 200, body: started };
    });

    const sent = mlflow.send([numbered(2), numbered(3)], signal);

    await expect(sent).rejects.toMatchObject({ traceIds: [numbered(3).info.traceId] });
  });

  it.each<[string, Reply]>([
    ['no answer', 'hang up'],
    ['a failure', { status: 500 }],
  ])('sends the summary of a trace again after %s, unless the server has it', async (_what, failure) => {
    const told: Reply[] = [failure, { status: 200, body: started }];
    const mlflow = await transport(({ url, method }) => {
      if (url === '/v1/traces') return { status: 501 };
      if (method === 'GET') return { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST"}' };
      return url === '/api/3.0/mlflow/traces' ? (told.shift() as Reply) : ok;
    });

    await mlflow.send([numbered(1)], signal);

    expect(told).toEqual([]);
    expect(requestsTo(filePath)).toHaveLength(1);
  });

  it.each([
    ['in a place that only it can reach', started.replace('mlflow-artifacts:/7', 's3://bucket')],
    ['in a place that it does not tell', ''],
    ['in no place', '{"trace":{"trace_info":{}}}'],
  ])('tells what to do where a server keeps files %s', async (_where, body) => {
    const mlflow = await transport(({ url }) => (url === '/v1/traces' ? { status: 501 } : { status: 200, body }));

    await expect(mlflow.send([numbered(1)], signal)).rejects.toThrow(/Start it with a database/);
  });
});

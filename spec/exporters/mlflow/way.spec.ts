import { afterEach, describe, expect, it } from 'vitest';
import { RejectedTracesError } from '../../../lib/errors.js';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import { MlflowError } from '../../../lib/exporters/mlflow/mlflow-errors.js';
import { MlflowTransport } from '../../../lib/exporters/mlflow/mlflow-transport.js';
import { type Reply, ScriptedServer, type SeenRequest } from '../../support/scripted-server.js';
import { aTrace } from '../../support/traces.js';

const { signal } = new AbortController();
const experiment = { status: 200, body: '{"experiment":{"experiment_id":"7","name":"x","lifecycle_stage":"active"}}' };
const ok = { status: 200, body: '{}' };

let server: ScriptedServer;

afterEach(() => server.stop());

/** What `send` of so many traces throws; for the question of the experiment the server has an answer. */
async function thrownBySending(count: number, reply: (request: SeenRequest) => Reply): Promise<unknown> {
  server = await ScriptedServer.start((request) =>
    request.url.includes('/experiments/') ? experiment : reply(request),
  );
  const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
  const connection = readConnection({ trackingUri: server.url, environment, readCredentials: () => undefined });
  const mlflow = new MlflowTransport({ connection, choice: { name: 'x' }, runId: undefined, workspace: undefined });
  const traces = Array.from({ length: count }, (_, index) => aTrace({ id: idOf(index + 1) }));
  return mlflow.send(traces, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
}

function idOf(number: number): string {
  return `tr-${String(number).padStart(32, '0')}`;
}

function said(message: string): string {
  return JSON.stringify({ error_code: 'BAD_REQUEST', message });
}

function sendings(): readonly SeenRequest[] {
  return server.seen.filter(({ url }) => url === '/v1/traces');
}

describe('what a server says', () => {
  it.each([
    [402, ''],
    [408, ''],
    [409, ''],
    [425, ''],
    [400, said('QueuePool limit of size 5 overflow 10 reached')],
    [400, said('(sqlite3.OperationalError) database is locked')],
    [413, said('database is locked')],
  ])('is no refusal of traces, which are to come again, and is not halved: %i %s', async (status, body) => {
    const thrown = await thrownBySending(4, () => ({ status, body }));

    expect(thrown).toBeInstanceOf(MlflowError);
    expect(thrown).toMatchObject({ status });
    expect(sendings()).toHaveLength(1);
  });

  it('in the same words of all traces is about where they go: none is refused', async () => {
    const thrown = await thrownBySending(4, () => ({ status: 400, body: said('The setting is wrong') }));

    expect(thrown).toBeInstanceOf(MlflowError);
    expect(sendings()).toHaveLength(7);
  });

  it('in the same words of all traces that go as files is about where they go', async () => {
    const body = said("The experiment 7 must be in the 'active' state.");
    const thrown = await thrownBySending(12, ({ url }) => ({ status: url === '/v1/traces' ? 501 : 400, body }));

    expect(thrown).toMatchObject({ status: 400, serverMessage: expect.stringContaining('active') });
  });

  it.each<[string, (body: string) => Reply]>([
    ['in other words', (body) => ({ status: 400, body: said(`bad: ${/0{31}[12]/.exec(body)?.[0]}`) })],
    ['for their size', () => ({ status: 413 })],
  ])('of each trace %s refuses each', async (_how, reply) => {
    const thrown = await thrownBySending(2, ({ body }) => reply(body));

    expect(thrown).toBeInstanceOf(RejectedTracesError);
    expect(thrown).toMatchObject({ traceIds: [idOf(1), idOf(2)] });
  });

  it('of one trace among good ones refuses that one, whatever the words', async () => {
    const thrown = await thrownBySending(3, ({ body }) =>
      body.includes(idOf(2).slice(3)) ? { status: 400, body: said('no such experiment') } : ok,
    );

    expect(thrown).toMatchObject({ name: 'RejectedTracesError', traceIds: [idOf(2)] });
  });

  it.each([400, 422])('of a lone trace refuses it: %i', async (status) => {
    const thrown = await thrownBySending(1, () => ({ status, body: said('interactive') }));

    expect(thrown).toMatchObject({ name: 'RejectedTracesError', traceIds: [idOf(1)] });
  });

  it.each(["must be in the 'active' state", 'Invalid experiment id: x'])(
    'of a lone trace is about where it goes: %s',
    async (message) => {
      const thrown = await thrownBySending(1, () => ({ status: 400, body: said(message) }));

      expect(thrown).toMatchObject({ name: 'MlflowRequestError', serverMessage: message });
    },
  );
});

import { join } from 'node:path';
import { MlflowExporter } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/errors.js';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import { MlflowTransport } from '../../../lib/exporters/mlflow/mlflow-transport.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { type Reply, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const newFolder = temporaryFolders();
const { signal } = new AbortController();
const traces = [aTrace()];
const ok = { status: 200, body: '{}' };
const unknown = { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no experiment"}' };

function found(id: string, stage = 'active'): Reply {
  return { status: 200, body: JSON.stringify({ experiment: { experiment_id: id, lifecycle_stage: stage } }) };
}

describe('the experiment that traces go to', () => {
  let server: ScriptedServer;
  let nowMs: number;

  afterEach(() => server.stop());

  /** Questions of the experiment get these answers one after the other, the last one again and again; traces get that of `take`. */
  async function transport(
    answers: readonly Reply[],
    take: (experimentId: unknown) => Reply,
  ): Promise<MlflowTransport> {
    const left = [...answers];
    nowMs = 0;
    server = await ScriptedServer.start(({ url, headers }) => {
      if (url === '/v1/traces') return take(headers['x-mlflow-experiment-id']);
      return (left.length > 1 ? left.shift() : left[0]) as Reply;
    });
    const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const connection = readConnection({ trackingUri: server.url, environment, readCredentials: () => undefined });
    const destination = { connection, choice: { name: 'x' }, runId: undefined, workspace: undefined };
    return new MlflowTransport(destination, { now: () => nowMs });
  }

  function asked(): readonly string[] {
    return server.seen.map(({ url, headers }) => String(headers['x-mlflow-experiment-id'] ?? url.split('/').at(-1)));
  }

  const question = 'get-by-name?experiment_name=x';

  it('is looked up again where the server knows its id no more, and the traces go there', async () => {
    let current = '7';
    const mlflow = await transport([found('7'), found('8')], (id) => (id === current ? ok : unknown));

    await mlflow.send(traces, signal);
    current = '8';
    await mlflow.send(traces, signal);
    await mlflow.send(traces, signal);

    expect(asked()).toEqual([question, '7', '7', question, '8', '8']);
  });

  it('is looked up again once in a call', async () => {
    const mlflow = await transport([found('7')], () => unknown);

    await expect(mlflow.send(traces, signal)).rejects.toMatchObject({ status: 404 });
    expect(asked()).toEqual([question, '7', question, '7']);
  });

  it('is looked at again after five minutes: a server hides what is sent to one that was deleted', async () => {
    const mlflow = await transport([found('7'), found('7', 'deleted')], () => ok);

    await mlflow.send(traces, signal);
    nowMs = 299_999;
    await mlflow.send(traces, signal);
    nowMs = 300_000;

    await expect(mlflow.send(traces, signal)).rejects.toBeInstanceOf(ConfigurationError);
    expect(asked()).toEqual([question, '7', '7', question]);
  });

  it('is looked at again after a failure', async () => {
    const replies: Reply[] = [{ status: 503 }, ok];
    const mlflow = await transport([found('7')], () => replies.shift() as Reply);

    await expect(mlflow.send(traces, signal)).rejects.toMatchObject({ status: 503 });
    await mlflow.send(traces, signal);

    expect(asked()).toEqual([question, '7', question, '7']);
  });
});

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;
  let database: string;

  beforeAll(async () => {
    database = join(newFolder(), 'mlflow.db');
    server = await startMlflow(['--backend-store-uri', `sqlite:///${database}`]);
  });

  afterAll(() => server.stop());

  it('takes traces for the new experiment of a name once the old one is gone for good', async () => {
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'renewed' });
    await exporter.export([aTrace({ id: `tr-${'1'.repeat(32)}` })], { signal });
    const trace = aTrace({ id: `tr-${'2'.repeat(32)}` });
    // The next experiment gets an id of its own, as on a server with a new database.
    server.ask(`
import sqlite3
MlflowClient().create_experiment('another')
with sqlite3.connect(${JSON.stringify(database)}) as database:
  database.execute("DELETE FROM experiments WHERE name = 'renewed'")
print('1')`);

    await exporter.export([trace], { signal });

    expect((await exporter.searchTraces({})).map(({ info }) => info.traceId)).toEqual([trace.info.traceId]);
  });
});

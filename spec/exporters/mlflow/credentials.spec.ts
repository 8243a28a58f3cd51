import { flush, init, MlflowExporter, shutdown, type TracingError, traceTool } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedServer, type SeenRequest } from '../../support/scripted-server.js';

const work = traceTool((x: number) => x, { name: 'work' });

let server: ScriptedServer;
let told: string[];
/** What the server does not let in: 401 for other tokens, 403 for this one. */
let token: string;

beforeEach(async () => {
  server = await ScriptedServer.start(({ url, headers }) => {
    if (headers.authorization === 'Bearer reader') return { status: 403, body: 'Permission denied' };
    if (headers.authorization !== `Bearer ${token}`) return { status: 401, body: 'You are not authenticated.' };
    return { status: 200, body: url.includes('/experiments/') ? experiment : '{}' };
  });
  token = 'first';
  told = [];
  vi.stubEnv('MLFLOW_TRACKING_TOKEN', 'first');
  init({
    exporters: [new MlflowExporter({ trackingUri: server.url, experiment: 'x' })],
    onError: ({ message }: TracingError) => told.push(message),
  });
});

afterEach(async () => {
  await shutdown();
  await server.stop();
  vi.unstubAllEnvs();
});

const experiment = '{"experiment":{"experiment_id":"7","name":"x","lifecycle_stage":"active"}}';

function shown(): readonly string[] {
  return server.seen.map(({ url, headers }: SeenRequest) => `${headers.authorization} ${url.replace(/\?.*/, '')}`);
}

describe('credentials', () => {
  it('that are exchanged while the program runs are read again, once they are refused', async () => {
    work(1);
    await flush();
    token = 'second';
    vi.stubEnv('MLFLOW_TRACKING_TOKEN', 'second');
    work(2);
    await flush();
    work(3);
    await flush();

    expect(shown().slice(1)).toEqual([
      'Bearer first /v1/traces',
      'Bearer first /v1/traces',
      'Bearer second /v1/traces',
      'Bearer second /v1/traces',
    ]);
    expect(told).toEqual([]);
  });

  it('that are refused are told once, with what to set and without themselves', async () => {
    token = 'another';
    work(1);
    await flush();
    work(2);
    await flush();

    expect(told).toEqual([expect.stringMatching(/MlflowAuthError.*401.*Set MLFLOW_TRACKING_USERNAME/)]);
    expect(told.join()).not.toContain('first');
  });

  it('that are refused twice are not tried a third time', async () => {
    token = 'another';
    vi.stubEnv('MLFLOW_TRACKING_TOKEN', 'second');
    work(1);
    await flush();

    expect(shown().map((line) => line.split(' /')[0])).toEqual(['Bearer first', 'Bearer second']);
  });

  it('that are known, but may not, are tried once', async () => {
    vi.stubEnv('MLFLOW_TRACKING_TOKEN', 'reader');
    init({
      exporters: [new MlflowExporter({ trackingUri: server.url, experiment: 'x' })],
      onError: ({ message }: TracingError) => told.push(message),
    });
    work(1);
    await flush();

    expect(shown()).toEqual(['Bearer reader /api/2.0/mlflow/experiments/get-by-name']);
    expect(told).toEqual([expect.stringMatching(/MlflowPermissionError.*403.*Ask for the right EDIT/)]);
  });
});

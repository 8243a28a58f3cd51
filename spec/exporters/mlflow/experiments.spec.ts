import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/errors.js';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import {
  chooseExperiment,
  createExperiment,
  experimentById,
  experimentByName,
  restoreExperiment,
} from '../../../lib/exporters/mlflow/experiments.js';
import { MlflowHttp } from '../../../lib/exporters/mlflow/mlflow-http.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { ScriptedServer } from '../../support/scripted-server.js';

function clientOf(trackingUri: string): MlflowHttp {
  return new MlflowHttp(readConnection({ trackingUri, environment: {}, readCredentials: () => undefined }), {
    wait: async () => undefined,
  });
}

describe.skipIf(noServer !== undefined)('experiments of a real MLflow server', () => {
  let server: MlflowServer;
  let http: MlflowHttp;

  beforeAll(async () => {
    server = await startMlflow();
    http = clientOf(server.url);
  });

  afterAll(() => server.stop());

  it('are made where there is none of the name, once, whoever asks at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => chooseExperiment(http, { name: 'race/it 😀' })));

    expect(new Set(ids).size).toBe(1);
    expect(await experimentByName(http, 'race/it 😀')).toMatchObject({
      experimentId: ids[0],
      lifecycleStage: 'active',
    });
  });

  it('are found by id and by name, with their tags', async () => {
    const id = await createExperiment(http, { name: 'tagged', tags: { team: 'a' } });

    expect(await experimentById(http, id)).toEqual({
      experimentId: id,
      name: 'tagged',
      lifecycleStage: 'active',
      tags: { team: 'a' },
    });
    expect(await chooseExperiment(http, { id })).toBe(id);
    expect(await chooseExperiment(http, { name: 'tagged' })).toBe(id);
    expect(await chooseExperiment(http, { name: 'tagged', expectedId: id })).toBe(id);
    expect(await experimentByName(http, 'no such')).toBeUndefined();
    await expect(chooseExperiment(http, { name: 'tagged', expectedId: '0' })).rejects.toThrow(
      `The experiment 'tagged' has the id '${id}', but MLFLOW_EXPERIMENT_ID is '0'. Unset one`,
    );
  });

  it('are not made where they would not have the id that they must have', async () => {
    const chosen = chooseExperiment(http, { name: 'not made', expectedId: '987654' });

    await expect(chosen).rejects.toThrow(ConfigurationError);
    await expect(chosen).rejects.toThrow(
      "There is no experiment 'not made', and one that is made would not have the id '987654'. Unset one of",
    );
    expect(await experimentByName(http, 'not made')).toBeUndefined();
  });

  it('that were deleted are refused until they are restored', async () => {
    const id = await createExperiment(http, { name: 'gone' });
    server.ask(`MlflowClient().delete_experiment('${id}')\nprint('1')`);

    await expect(chooseExperiment(http, { name: 'gone' })).rejects.toThrow(
      /The experiment 'gone' was deleted\. Restore it/,
    );
    await expect(chooseExperiment(http, { id })).rejects.toThrow(ConfigurationError);
    await restoreExperiment(http, id);
    await expect(chooseExperiment(http, { name: 'gone' })).resolves.toBe(id);
  });

  it('that an id names must exist', async () => {
    await expect(chooseExperiment(http, { id: '987654' })).rejects.toThrow(
      /There is no experiment with the id '987654'/,
    );
  });
});

const unknown = { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST"}' };

describe('a server that answers oddly about experiments', () => {
  let server: ScriptedServer;

  afterEach(() => server.stop());

  it.each([
    ['tells no id of what it made', 'POST', '{}', /but told no id/],
    ['tells nothing of what it made', 'POST', '', /but told no id/],
    ['refuses to make one', 'POST', undefined, /MlflowRequestError|no such name/],
    ['fails', 'GET', undefined, /500/],
  ])('%s', async (_what, method, body, message) => {
    server = await ScriptedServer.start((request) => {
      if (request.method !== method) return unknown;
      if (body !== undefined) return { status: 200, body };
      return { status: method === 'GET' ? 500 : 400, body: '{"message":"no such name"}' };
    });

    await expect(chooseExperiment(clientOf(server.url), { name: 'x' })).rejects.toThrow(message);
  });

  it('was quicker than this program: another has made it', async () => {
    const made = { status: 200, body: '{"experiment":{"experiment_id":"3","lifecycle_stage":"active"}}' };
    server = await ScriptedServer.start(({ method }, index) => {
      if (method === 'POST') return { status: 400, body: '{"error_code":"RESOURCE_ALREADY_EXISTS"}' };
      return index === 0 ? unknown : made;
    });

    await expect(chooseExperiment(clientOf(server.url), { name: 'x' })).resolves.toBe('3');
  });

  it('fails while it makes one', async () => {
    server = await ScriptedServer.start(({ method }) => (method === 'GET' ? unknown : { status: 401 }));

    await expect(chooseExperiment(clientOf(server.url), { name: 'x' })).rejects.toThrow(/401/);
  });

  it('tells nothing of one, or odd tags', async () => {
    const replies = [
      'no JSON',
      '{}',
      '{"experiment":{"experiment_id":5,"tags":[null,{"key":"a","value":"b"}]}}',
      '{"experiment":{"tags":{}}}',
    ];
    server = await ScriptedServer.start((_request, index) => ({ status: 200, body: replies[index] ?? '' }));
    const http = clientOf(server.url);

    expect(await experimentById(http, '1')).toBeUndefined();
    expect(await experimentById(http, '1')).toBeUndefined();
    expect(await experimentById(http, '1')).toMatchObject({ experimentId: '5', tags: { a: 'b' } });
    expect(await experimentById(http, '1')).toMatchObject({ tags: {} });
  });
});

import { MlflowClient, TraceKey } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { parseJson } from '../../../lib/utils/parse-json.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { type PlainTrace, runMlflowContract } from './run-mlflow-contract.js';

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;

  beforeAll(async () => {
    server = await startMlflow();
  });

  afterAll(() => server.stop());

  // A server knows a trace by its id, wherever it was sent to.
  afterEach(async () => {
    const mlflow = new MlflowClient({ trackingUri: server.url });
    const ids: string[] = [];
    for await (const { info } of mlflow.searchTraces({ experimentIds: ['0'] })) ids.push(info.traceId);
    await mlflow.deleteTraces('0', ids);
  });

  runMlflowContract('mlflow', () => ({ trackingUri: server.url }), withoutOrder);
});

/** A database keeps no order of keys, and writes the texts of token counts in its own way. */
function withoutOrder(json: PlainTrace): unknown {
  const { [TraceKey.tokenUsage]: usage = 'null', ...metadata } = json.info.trace_metadata;
  return { ...json, info: { ...json.info, trace_metadata: { ...metadata, usage: parseJson(usage) } } };
}

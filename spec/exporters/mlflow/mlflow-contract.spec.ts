import { MlflowClient, MlflowExporter, type Trace, TraceKey } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { parseJson, quoteNanoseconds } from '../../../lib/utils/parse-json.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { runExporterContract } from '../exporter-contract.js';

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;

  beforeAll(async () => {
    server = await startMlflow();
  }, 90_000);

  afterAll(() => server.stop());

  // A server knows a trace by its id, wherever it was sent to.
  afterEach(async () => {
    const mlflow = new MlflowClient({ trackingUri: server.url });
    const ids: string[] = [];
    for await (const { info } of mlflow.searchTraces({ experimentIds: ['0'] })) ids.push(info.traceId);
    await mlflow.deleteTraces('0', ids);
  });

  runExporterContract('mlflow', {
    create: () => {
      const exporter = new MlflowExporter({ trackingUri: server.url });
      // A server sorts by the time at which a trace began, and those of the same time by their ids.
      const readBack = async () => [...(await exporter.searchTraces({}))].sort(byId);
      return { exporter, readBack };
    },
    kept: withoutOrder,
    skip: [
      {
        reason: 'it holds nothing that could be closed, so that it serves again',
        cases: ['refuses traces after shutdown'],
      },
      {
        reason: 'it throws an MlflowError, which tells more, and of which the queue makes one',
        cases: ['fails with an ExportError'],
      },
    ],
  });
});

function byId(first: Trace, second: Trace): number {
  return first.info.traceId < second.info.traceId ? -1 : 1;
}

/** A database keeps no order of keys, writes the texts of token counts in its own way, and holds no NUL. */
function withoutOrder(trace: Trace): unknown {
  const line = traceToLine(trace).replaceAll('\\u0000', '\\ufffd');
  const json = parseJson(quoteNanoseconds(line)) as { info: { trace_metadata: Record<string, string> } };
  const { [TraceKey.tokenUsage]: usage = 'null', ...metadata } = json.info.trace_metadata;
  return { ...json, info: { ...json.info, trace_metadata: { ...metadata, usage: parseJson(usage) } } };
}

import { MlflowExporter, type Trace } from 'traced-agents';
import { afterEach, beforeEach, describe, vi } from 'vitest';
import { traceToLine } from '../../../../lib/entities/trace-line.js';
import { parseJson, quoteNanoseconds } from '../../../../lib/utils/parse-json.js';
import { DatabricksWorkspace, pat } from '../../../support/databricks-workspace.js';
import { runExporterContract } from '../../exporter-contract.js';

describe('a Databricks workspace (a stand-in)', () => {
  let workspace: DatabricksWorkspace;

  beforeEach(async () => {
    workspace = await DatabricksWorkspace.start();
    vi.stubEnv('DATABRICKS_HOST', workspace.url);
    vi.stubEnv('DATABRICKS_TOKEN', pat);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await workspace.stop();
  });

  runExporterContract('databricks', {
    create: () => {
      const exporter = new MlflowExporter({ trackingUri: 'databricks', experiment: '/Shared/contract' });
      const readBack = async () => [...(await exporter.searchTraces({}))].sort(byId);
      return { exporter, readBack };
    },
    kept: withoutPlace,
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

/** A trace that is kept has a place, keys in another order, and no NUL in its summary. */
function withoutPlace(trace: Trace): unknown {
  const line = traceToLine(trace).replaceAll('\\u0000', '\\ufffd');
  const json = parseJson(quoteNanoseconds(line)) as { info: object };
  return { ...json, info: { ...json.info, trace_location: undefined } };
}

import { afterEach, beforeEach, describe, vi } from 'vitest';
import { DatabricksWorkspace, pat } from '../../../support/databricks-workspace.js';
import { type PlainTrace, runMlflowContract } from '../run-mlflow-contract.js';

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

  runMlflowContract('databricks', () => ({ trackingUri: 'databricks', experiment: '/Shared/contract' }), withoutPlace);
});

/** A trace that is kept has a place. */
function withoutPlace(json: PlainTrace): unknown {
  return { ...json, info: { ...json.info, trace_location: undefined } };
}

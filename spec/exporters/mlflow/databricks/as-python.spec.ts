import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MlflowExporter, Trace } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { client, DatabricksWorkspace, pat } from '../../../support/databricks-workspace.js';
import { findMlflow } from '../../../support/python.js';
import { temporaryFolders } from '../../../support/temporary-folder.js';
import { aTrace, aUsage } from '../../../support/traces.js';

const found = findMlflow();
const reason = 'skip' in found ? `: ${found.skip}` : '';
const newFolder = temporaryFolders();
const run = promisify(execFile);
const { signal } = new AbortController();

/** What Python's own client does in a workspace; it prints the trace that it made, and the trace that we made as it reads it. */
const program = `
import json, sys, mlflow
mlflow.set_tracking_uri('databricks')
if sys.argv[1] == 'read':
    trace = mlflow.get_trace(sys.argv[2])
    print(json.dumps([trace.info.state.value, trace.info.token_usage, trace.info.tags['mlflow.traceName'],
                      [[span.name, span.span_type, span.inputs, span.outputs] for span in trace.data.spans]]))
else:
    mlflow.set_experiment('/Shared/demo')
    with mlflow.start_span('agent', span_type='AGENT') as span:
        span.set_inputs({'question': 'Why?'})
        with mlflow.start_span('model', span_type='LLM') as inner:
            inner.set_attribute('mlflow.chat.tokenUsage', {'input_tokens': 3, 'output_tokens': 4, 'total_tokens': 7})
            inner.set_attribute('mlflow.llm.cost', {'input_cost': 0.25, 'output_cost': 0.5, 'total_cost': 0.75})
        mlflow.update_current_trace(metadata={'mlflow.trace.session': 'monday', 'mlflow.trace.user': 'ada'}, tags={'tenant': 'acme'})
        span.set_outputs('Because.')
    mlflow.flush_trace_async_logging()
    print(mlflow.get_trace(span.trace_id).to_json())
`;

let workspace: DatabricksWorkspace;

afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.stop();
});

async function python(args: readonly string[], credentials: Readonly<Record<string, string>>): Promise<string> {
  if ('skip' in found) throw new Error(found.skip);
  const path = join(newFolder(), 'program.py');
  writeFileSync(path, program);
  const env = {
    ...{ PATH: process.env['PATH'], HOME: newFolder(), ...credentials },
    ...{ MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1' },
  };
  const { stdout } = await run(found.python, ['-W', 'ignore', path, ...args], { env, timeout: 120_000 });
  return stdout;
}

/** What a workspace sees of the sending of one trace, whoever sends it. */
function sending(): readonly string[] {
  return workspace.seen
    .filter((request) => request === 'POST /api/3.0/mlflow/traces' || /-upload$|^storage PUT/.test(request))
    .map((request) => request.replace(/tr-[0-9a-f]+/, 'ID'));
}

describe.skipIf('skip' in found)(`Python's own client in the stand-in of a workspace${reason}`, () => {
  it('sends the same trace as we do, in the same requests', async () => {
    workspace = await DatabricksWorkspace.start();
    const json = await python(['write'], { DATABRICKS_HOST: workspace.url, DATABRICKS_TOKEN: pat });
    const theirs = sending();
    const [info] = workspace.started;
    workspace.seen.length = 0;
    vi.stubEnv('DATABRICKS_HOST', workspace.url);
    vi.stubEnv('DATABRICKS_TOKEN', pat);
    const exporter = new MlflowExporter({ trackingUri: 'databricks', experiment: '/Shared/demo' });
    const trace = Trace.fromJSON(json);

    expect((await exporter.getTrace(trace.info.traceId))?.data.toJSON()).toEqual(trace.data.toJSON());
    await exporter.export([trace], { signal });

    expect(sending()).toEqual(theirs);
    expect(theirs).toEqual([
      'POST /api/3.0/mlflow/traces',
      'GET /api/2.0/mlflow/traces/ID/credentials-for-data-upload',
      'storage PUT',
    ]);
    expect(workspace.started[1]).toEqual(info);
    expect(workspace.faults).toEqual([]);
  });

  it('reads what we have sent, let in as a service principal as we are', async () => {
    workspace = await DatabricksWorkspace.start();
    for (const [name, value] of Object.entries(principal())) vi.stubEnv(name, value);
    const exporter = new MlflowExporter({ trackingUri: 'databricks', experiment: '/Shared/demo' });
    const trace = aTrace({
      ...{ name: 'ours', usage: aUsage(3, 4) },
      spans: [
        { name: 'agent', inputs: { q: [1, null] }, outputs: '{"a":1}' },
        { name: 'model', parent: 1, type: 'LLM' },
      ],
    });
    await exporter.export([trace], { signal });
    const ours = workspace.seen.slice(0, 3);
    workspace.seen.length = 0;

    const read: unknown = JSON.parse(await python(['read', trace.info.traceId], principal()));

    expect(read).toEqual([
      'OK',
      { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
      'ours',
      [
        ['agent', 'AGENT', { q: [1, null] }, '{"a":1}'],
        ['model', 'LLM', null, null],
      ],
    ]);
    expect(ours).toEqual([
      'GET /.well-known/databricks-config',
      'GET /oidc/.well-known/oauth-authorization-server',
      'POST /oidc/v1/token',
    ]);
    expect(workspace.seen).toEqual(expect.arrayContaining([...ours]));
    expect(workspace.faults).toEqual([]);
  });
});

function principal(): Record<string, string> {
  return {
    DATABRICKS_HOST: workspace.url,
    DATABRICKS_CLIENT_ID: client.id,
    DATABRICKS_CLIENT_SECRET: client.secret,
  };
}

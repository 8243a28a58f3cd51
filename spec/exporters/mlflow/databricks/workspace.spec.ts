import { join } from 'node:path';
import {
  flush,
  getTrace,
  init,
  MlflowClient,
  MlflowExporter,
  shutdown,
  stats,
  type Trace,
  type TracingError,
  traceAgent,
} from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  basicUser,
  client,
  DatabricksWorkspace,
  pat,
  type StorageKind,
  type WorkspaceOptions,
  workspaceId,
} from '../../../support/databricks-workspace.js';
import { temporaryFolders } from '../../../support/temporary-folder.js';
import { aTrace, aUsage } from '../../../support/traces.js';

const newFolder = temporaryFolders();
const { signal } = new AbortController();
const cost = { input_cost: 0.25, output_cost: 0.5, total_cost: 0.75 };
const m2m = { DATABRICKS_CLIENT_ID: client.id, DATABRICKS_CLIENT_SECRET: client.secret };
const token = { DATABRICKS_TOKEN: pat };

let workspace: DatabricksWorkspace;

afterEach(async () => {
  vi.unstubAllEnvs();
  await shutdown();
  await workspace.stop();
});

/** A workspace, and an environment that leads to it and nowhere else. */
async function start(environment: Record<string, string>, options: WorkspaceOptions = {}): Promise<void> {
  workspace = await DatabricksWorkspace.start(options);
  const known = { DATABRICKS_HOST: workspace.url, HOME: newFolder(), MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
  for (const name of Object.keys(process.env)) if (name.startsWith('DATABRICKS_')) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries({ ...known, ...environment })) vi.stubEnv(name, value);
}

function richTrace(digit: number, text = 'Why?'): Trace {
  return aTrace({
    id: `tr-${String(digit).padStart(32, 'a')}`,
    requestTime: new Date(1_770_000_000_000 + digit * 1000),
    ...{ name: 'rich', session: 'monday', user: 'ada', usage: aUsage(3, 4), tags: { tenant: 'acme' } },
    spans: [
      { name: 'agent', inputs: text, outputs: { answer: text } },
      { parent: 1, type: 'LLM', usage: aUsage(3, 4), attributes: { 'mlflow.llm.cost': cost } },
    ],
  });
}

function exporterTo(experiment = '/Shared/demo'): MlflowExporter {
  return new MlflowExporter({ trackingUri: 'databricks', experiment });
}

describe('a Databricks workspace (a stand-in)', () => {
  it.each<[string, Record<string, string>]>([
    ['a token', token],
    ['user and password', { DATABRICKS_USERNAME: basicUser.name, DATABRICKS_PASSWORD: basicUser.password }],
    ['a service principal', m2m],
    ['a service principal, by choice', { ...m2m, ...token, DATABRICKS_AUTH_TYPE: 'oauth-m2m' }],
    ['a token, and its id', { ...token, DATABRICKS_WORKSPACE_ID: workspaceId }],
  ])('lets in %s, and gives back a trace as it was sent', async (_who, environment) => {
    await start(environment);
    const exporter = exporterTo();
    const sent = richTrace(1);

    await exporter.export([sent], { signal });

    const stored = await exporter.getTrace(sent.info.traceId);
    expect(workspace.faults).toEqual([]);
    expect(stored?.data.toJSON()).toEqual(sent.data.toJSON());
    expect(stored?.info.tokenUsage).toEqual(aUsage(3, 4));
    expect(stored?.info.cost).toEqual({ inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 });
    expect(stored?.info.name).toBe('rich');
  });

  it.each<[StorageKind, readonly string[]]>([
    ['AWS_PRESIGNED_URL', ['storage PUT']],
    ['GCP_SIGNED_URL', ['storage PUT']],
    ['AZURE_SAS_URI', ['storage PUT']],
    ['AZURE_ADLS_GEN2_SAS_URI', ['storage PUT', 'storage PATCH append', 'storage PATCH flush']],
  ])('gets spans by %s, without our credentials', async (storage, expected) => {
    await start(token, { storage });
    const exporter = exporterTo();
    const sent = richTrace(1, 'Wie geht es dir? \u{1f600}');

    await exporter.export([sent], { signal });

    expect(workspace.faults).toEqual([]);
    expect(workspace.seen.slice(-expected.length)).toEqual(expected);
    expect((await exporter.getTrace(sent.info.traceId))?.data.toJSON()).toEqual(sent.data.toJSON());
  });

  it('gets the summary first, whole, with long previews', async () => {
    await start(token);
    const long = 'x'.repeat(20_000);

    await exporterTo().export([richTrace(1, long)], { signal });

    expect(workspace.seen).toEqual([
      'GET /.well-known/databricks-config',
      'GET /api/2.0/mlflow/experiments/get-by-name',
      'POST /api/2.0/mlflow/experiments/create',
      'POST /api/3.0/mlflow/traces',
      `GET /api/2.0/mlflow/traces/${richTrace(1).info.traceId}/credentials-for-data-upload`,
      'storage PUT',
    ]);
    expect(workspace.started).toEqual([
      {
        trace_id: richTrace(1).info.traceId,
        trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '1000000000000000' } },
        request_time: '2026-02-02T02:40:01.000Z',
        execution_duration: '0.001s',
        state: 'OK',
        request_preview: `"${'x'.repeat(9996)}...`,
        response_preview: `{"answer":"${'x'.repeat(9986)}...`,
        trace_metadata: {
          'mlflow.trace_schema.version': '3',
          'mlflow.trace.tokenUsage': '{"input_tokens":3,"output_tokens":4,"total_tokens":7}',
          'mlflow.trace.session': 'monday',
          'mlflow.trace.user': 'ada',
          'mlflow.trace.cost': JSON.stringify(cost),
        },
        tags: { 'mlflow.traceName': 'rich', tenant: 'acme' },
      },
    ]);
  });

  it('is searched, the newest first, by the exporter and by the client', async () => {
    await start(token);
    const exporter = exporterTo();
    await exporter.export([richTrace(1), richTrace(2)], { signal });
    await exporterTo('/Users/ada/other').export([richTrace(3)], { signal });
    const mlflow = new MlflowClient({ trackingUri: 'databricks' });

    const experiment = await mlflow.getExperimentByName('/Users/ada/other');
    const others: string[] = [];
    for await (const { info } of mlflow.searchTraces({ experimentIds: [String(experiment?.experimentId)] }))
      others.push(info.traceId);

    const found = await exporter.searchTraces({ session: 'monday' });
    expect(found.map(({ info, data }) => [info.traceId.at(-1), data.spans.length])).toEqual([
      ['2', 2],
      ['1', 2],
    ]);
    expect(others).toEqual([richTrace(3).info.traceId]);
    expect(await exporter.getTrace(`tr-${'0'.repeat(32)}`)).toBeUndefined();
  });

  it('gives a token that is used until it ends, renewed once where it is refused', async () => {
    await start(m2m);
    const exporter = exporterTo();
    await exporter.export([richTrace(1)], { signal });
    await exporter.export([richTrace(2)], { signal });
    expect(workspace.tokenRequests).toBe(1);

    workspace.revokeTokens();
    await exporter.export(
      [3, 4, 5, 6].map((digit) => richTrace(digit)),
      { signal },
    );

    expect(workspace.tokenRequests).toBe(2);
    expect(workspace.started).toHaveLength(6);
    expect(workspace.faults).toEqual([]);
  });

  it('need not tell where tokens are, nor who it is', async () => {
    await start(m2m, { tells: false });
    const exporter = exporterTo();

    await exporter.export([richTrace(1)], { signal });

    expect((await exporter.getTrace(richTrace(1).info.traceId))?.data.spans).toHaveLength(2);
  });

  it('is asked for another address where one has expired, once', async () => {
    await start(token);
    const exporter = exporterTo();
    workspace.refuseOnce();

    await exporter.export([richTrace(1)], { signal });

    expect(workspace.seen.filter((request) => request.startsWith('storage'))).toEqual(['storage PUT', 'storage PUT']);
    workspace.refuseOnce();
    workspace.refuseOnce();
    const error: unknown = await exporter.export([richTrace(2)], { signal }).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/PUT http.*traces\.json failed \(403: AccessDenied\)\. The storage does not take/);
    expect(String(error)).not.toMatch(/very-secret|sig=|\?/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a token', { DATABRICKS_TOKEN: 'wrong-very-secret' }, /401.*Set DATABRICKS_TOKEN to a token/],
    [
      'a client',
      { ...m2m, DATABRICKS_CLIENT_SECRET: 'wrong-very-secret' },
      /oidc\/v1\/token.*401.*invalid_client.*Check DATABRICKS_CLIENT_ID/,
    ],
  ])('tells what to do about %s that it does not know, and no secret', async (_who, environment, message) => {
    await start(environment);

    const error: unknown = await exporterTo()
      .export([richTrace(1)], { signal })
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: 'MlflowAuthError' });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('very-secret');
  });

  it.each([
    ['an option', { trackingUri: 'databricks', experiment: '/Shared/demo' }, {}],
    ['the environment', {}, { MLFLOW_TRACKING_URI: 'databricks', MLFLOW_EXPERIMENT_NAME: '/Shared/demo' }],
  ])('is used where init() is told of it by %s', async (_how, options, environment) => {
    await start({ ...token, ...environment });
    vi.stubEnv('TRACED_AGENTS_EXPORTERS', undefined);
    const errors: TracingError[] = [];
    init({
      file: join(newFolder(), 'traces.jsonl'),
      maxRecentTraces: 0,
      onError: (error) => errors.push(error),
      ...options,
    });

    traceAgent((question: string) => `${question}!`, { name: 'agent' })('Why?');
    await flush();

    expect(errors).toEqual([]);
    expect(stats().exporters['mlflow']).toMatchObject({ exported: 1 });
    expect(await getTrace(String(workspace.started[0]?.['trace_id']))).toBeDefined();
  });
});

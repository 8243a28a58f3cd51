import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  conversationOf,
  flush,
  getTrace,
  init,
  MlflowExporter,
  shutdown,
  stats,
  Trace,
  type TraceExporter,
  type TracingError,
  traceAgent,
  traceLLM,
  traceTool,
  updateCurrentTrace,
} from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const newFolder = temporaryFolders();

const answer = {
  model: 'gpt-4o-mini',
  choices: [{ message: { role: 'assistant', content: 'hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
};
const complete = traceLLM(async (_question: string) => answer, { name: 'complete' });
const divide = traceTool(
  (a: number, b: number) => {
    if (b === 0) throw new RangeError('division by zero', { cause: new Error('zero') });
    return a / b;
  },
  { name: 'divide' },
);
const agent = traceAgent(
  async (question: string) => {
    updateCurrentTrace({ session: 'monday', user: 'ada', tags: { tenant: "it's ours", 'mlflow.note': 'mine' } });
    await complete(question);
    divide(4, 2);
    try {
      divide(1, 0);
    } catch {
      // the agent goes on
    }
    return { text: '{"looks":"like JSON"}', nothing: null, number: 1.5, yes: true, list: [1, 'two'] };
  },
  { name: 'agent' },
);

it.each([
  ['sqlite:///mlflow.db', "but is 'sqlite:///mlflow.db'"],
  ['ftp://bob:hunter2@host', "but is 'ftp://host'"],
  ['http://us%er:pw@host', 'must be percent-encoded'],
  ['databricks://%zz', "but is 'databricks://%zz'"],
])('tells of a server in the environment that cannot be one, and goes on without it: %s', async (uri, message) => {
  vi.stubEnv('MLFLOW_TRACKING_URI', uri);
  vi.stubEnv('TRACED_AGENTS_EXPORTERS', undefined);
  const errors: TracingError[] = [];

  init({ file: join(newFolder(), 'traces.jsonl'), onError: (error) => errors.push(error) });

  expect(Object.keys(stats().exporters)).not.toContain('mlflow');
  expect(errors).toMatchObject([{ name: 'ConfigurationError', message: expect.stringContaining(message) }]);
  vi.unstubAllEnvs();
  await shutdown();
});

it('asks for time enough for one try, and one wait of a minute', () => {
  vi.stubEnv('MLFLOW_HTTP_REQUEST_TIMEOUT', '5');
  const { exportTimeoutMs } = new MlflowExporter({ trackingUri: 'http://127.0.0.1:1' });
  vi.unstubAllEnvs();

  expect(exportTimeoutMs).toBe(65_000);
});

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;
  let errors: TracingError[];

  beforeAll(async () => {
    server = await startMlflow();
  });

  afterAll(() => server.stop());

  afterEach(async () => {
    vi.unstubAllEnvs();
    await shutdown();
  });

  /** Sends traces to an experiment, and remembers nothing itself. */
  function sendTo(experiment: string): MlflowExporter {
    errors = [];
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment });
    init({ exporters: [exporter], maxRecentTraces: 0, onError: (error) => errors.push(error) });
    return exporter;
  }

  it('gives back a trace as it was sent', async () => {
    const exporter = sendTo('round trip');
    const kept: Trace[] = [];
    init({
      exporters: [exporter, { name: 'kept', delivery: 'inline', export: (traces) => void kept.push(...traces) }],
      maxRecentTraces: 0,
      onError: (error) => errors.push(error),
    });

    await agent('Why?');
    await flush();

    const [sent] = kept;
    const stored = await getTrace(sent?.info.traceId);
    expect(errors).toEqual([]);
    expect(stored?.data.toJSON()).toEqual(sent?.data.toJSON());
    expect((await exporter.getTrace(sent?.info.traceId ?? ''))?.info.tags).toEqual(sent?.info.tags);
    const { cost: _cost, ...info } = infoOf(stored);
    expect(info).toEqual(infoOf(sent));
  });

  it('lets Python read what was sent', async () => {
    sendTo('python');

    await agent('Why?');
    await flush();

    expect(errors).toEqual([]);
    expect(
      server.ask(`
experiment = mlflow.get_experiment_by_name('python')
[trace] = mlflow.search_traces(locations=[experiment.experiment_id], return_type='list')
print(json.dumps({
  'state': trace.info.state.value, 'usage': trace.info.token_usage, 'name': trace.info.tags['mlflow.traceName'],
  'session': trace.info.trace_metadata['mlflow.trace.session'], 'tenant': trace.info.tags['tenant'],
  'note': trace.info.tags.get('mlflow.note'),
  'tools': [[s.inputs, s.outputs, s.status.status_code.value] for s in trace.search_spans(span_type='TOOL')],
  'outputs': trace.data.spans[0].outputs,
  'error': trace.data.spans[3].events[0].attributes['exception.message'],
}))`),
    ).toEqual({
      state: 'OK',
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
      name: 'agent',
      session: 'monday',
      tenant: "it's ours",
      note: 'mine',
      tools: [
        [{ a: 4, b: 2 }, 2, 'OK'],
        [{ a: 1, b: 0 }, null, 'ERROR'],
      ],
      outputs: { text: '{"looks":"like JSON"}', nothing: null, number: 1.5, yes: true, list: [1, 'two'] },
      error: 'division by zero',
    });
  });

  it('tells what spans cannot carry: a state of its own, facts of the program', async () => {
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'infos' });
    const trace = aTrace({
      id: 'tr-00000000000000000000000000000001',
      spans: [{ name: 'hung', isUnfinished: true, inputs: { q: 1 } }],
      metadata: { build: '7' },
      tags: { tenant: 'acme' },
    });

    await exporter.export([trace], { signal: new AbortController().signal });

    const stored = await exporter.getTrace(trace.info.traceId);
    expect(infoOf(stored)).toEqual(infoOf(trace));
    expect(stored?.info.metadata['build']).toBe('7');
    expect(stored?.info.state).toBe('IN_PROGRESS');
  });

  it('searches by all that can be asked', async () => {
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'search' });
    const trace = (digit: number, parts: object) =>
      aTrace({
        id: `tr-${String(digit).padStart(32, '1')}`,
        requestTime: new Date(1_770_000_000_000 + digit * 1000),
        ...parts,
      });
    await exporter.export(
      [
        trace(2, { name: 'both \' and "', session: 's1' }),
        trace(3, { tags: { tenant: "it's", name: 'Bob', Prompt: 'p', 'a`b': 'c' }, user: 'ada' }),
        trace(4, { spans: [{ error: 'Error: no' }] }),
      ],
      { signal: new AbortController().signal },
    );
    const found = async (query: object) => (await exporter.searchTraces(query)).map(({ info }) => info.traceId.at(-1));

    expect(await found({})).toEqual(['4', '3', '2']);
    expect(await found({ state: 'ERROR' })).toEqual(['4']);
    expect(await found({ name: 'both \' and "' })).toEqual(['2']);
    expect(await found({ tags: { tenant: "it's" } })).toEqual(['3']);
    expect(await found({ tags: { name: 'Bob' } })).toEqual(['3']);
    expect(await found({ tags: { Prompt: 'p', 'a`b': 'c' } })).toEqual(['3']);
    expect(await found({ session: 's1' })).toEqual(['2']);
    expect(await found({ user: 'ada' })).toEqual(['3']);
    expect(
      await found({ startedAfter: new Date(1_770_000_003_000), startedBefore: new Date(1_770_000_004_000) }),
    ).toEqual(['3']);
    expect(await found({ limit: 2 })).toEqual(['4', '3']);
    expect(await exporter.getTrace('tr-00000000000000000000000000000099')).toBeUndefined();
  });

  it.each([
    ['by option', { trackingUri: true, experiment: 'by option' }, {}],
    ['by environment', {}, { MLFLOW_TRACKING_URI: true, MLFLOW_EXPERIMENT_NAME: 'by environment' }],
    [
      'by name of the exporter',
      {},
      {
        MLFLOW_TRACKING_URI: true,
        MLFLOW_EXPERIMENT_NAME: 'by name of the exporter',
        TRACED_AGENTS_EXPORTERS: 'mlflow',
      },
    ],
  ])('is used where init() is told of it %s', async (experiment, options, environment) => {
    const known = <Value>(value: Value) => (value === true ? server.url : value);
    const filled = (record: object) =>
      Object.fromEntries(Object.entries(record).map(([key, value]) => [key, known(value)]));
    for (const [name, value] of Object.entries(filled(environment))) vi.stubEnv(name, String(value));
    if (!('TRACED_AGENTS_EXPORTERS' in environment)) vi.stubEnv('TRACED_AGENTS_EXPORTERS', undefined);
    init({ file: join(newFolder(), 'traces.jsonl'), ...filled(options) });

    await agent('Why?');
    await flush();

    expect(Object.keys(stats().exporters)).toContain('mlflow');
    expect(
      server.ask(`
experiment = mlflow.get_experiment_by_name(${JSON.stringify(experiment)})
print(json.dumps(len(mlflow.search_traces(locations=[experiment.experiment_id], return_type='list'))))`),
    ).toBe(1);
  });

  it.each([
    'ag2_two_agent',
    'ag2_tool_error',
    'ag2_parallel_tools',
    'ag2_reflection_summary',
    'autogen_run_tools',
    'manual_agent_error',
    'manual_double_usage',
  ])('gives back what Python recorded, and the same conversation: %s', async (name) => {
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'golden' });
    const golden = Trace.fromJSON(readFileSync(`spec/golden/${name}.json`, 'utf8'));

    await exporter.export([golden], { signal: new AbortController().signal });

    const stored = await exporter.getTrace(golden.info.traceId);
    expect(stored?.data.spans.map(({ attributes }) => attributes)).toEqual(
      golden.data.spans.map(({ attributes }) => attributes),
    );
    expect(conversationOf(stored as Trace)).toEqual(conversationOf(golden));
  });

  it('takes the experiment and the run by id', async () => {
    const [experimentId, runId] = server.ask(`
experiment_id = mlflow.create_experiment('with a run')
run = MlflowClient().create_run(experiment_id)
print(json.dumps([experiment_id, run.info.run_id]))`) as [string, string];
    const exporter = new MlflowExporter({ trackingUri: server.url, experimentId, runId });

    const trace = aTrace({ id: `tr-${'7'.repeat(32)}` });

    await exporter.export([trace], { signal: new AbortController().signal });
    await exporter.export([], { signal: new AbortController().signal });

    const linked = server.ask(`
traces = mlflow.search_traces(locations=['${experimentId}'], run_id='${runId}', return_type='list')
print(json.dumps([trace.info.trace_id for trace in traces]))`);
    expect(linked).toEqual([trace.info.traceId]);
  });

  it('uses the experiment that every server has unless it is told another', async () => {
    const exporter = new MlflowExporter({ trackingUri: server.url });
    const trace = aTrace({ id: `tr-${'8'.repeat(32)}` });

    await exporter.export([trace], { signal: new AbortController().signal });

    expect(server.ask(`print(json.dumps(mlflow.get_trace('${trace.info.traceId}').info.experiment_id))`)).toBe('0');
  });

  it('finds the one trace of a batch that the server refuses, and delivers the others', async () => {
    const exporter = sendTo('refused');
    const odd = aTrace({ id: 'tr-odd' });
    const withOdd: TraceExporter = {
      name: 'mlflow',
      export: (traces, context) => exporter.export(traces.with(3, odd), context),
    };
    init({ exporters: [withOdd], onError: (error) => errors.push(error) });
    const small = traceTool((x: number) => x, { name: 'small' });

    for (let index = 0; index < 5; index += 1) small(index);
    await flush();

    expect(stats().exporters['mlflow']).toMatchObject({
      recorded: 5,
      exported: 4,
      dropped: { rejected: 1 },
      spooled: 0,
      queued: 0,
    });
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/does not take some traces.*\/v1\/traces.*tr-odd/s),
    ]);
  });
});

function infoOf(trace: Trace | undefined): Record<string, unknown> {
  if (trace === undefined) return {};
  const { info } = trace;
  const { state, name, session, user, tags, tokenUsage, requestPreview, responsePreview, executionDurationMs, cost } =
    info;
  return {
    state,
    name,
    session,
    user,
    tags,
    tokenUsage,
    requestPreview,
    responsePreview,
    executionDurationMs,
    cost,
    requestTime: info.requestTime,
  };
}

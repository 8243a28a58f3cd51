import {
  type Assessment,
  type AssessmentUpdate,
  MlflowClient,
  MlflowExporter,
  MlflowNotFoundError,
  type Trace,
  type TraceFilter,
  type TraceInfo,
} from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { ScriptedServer } from '../../support/scripted-server.js';
import { aTrace, type TraceParts } from '../../support/traces.js';

const { signal } = new AbortController();

function numbered(index: number, parts: TraceParts = {}): Trace {
  const requestTime = new Date(1_770_000_000_000 + index * 1000);
  return aTrace({ id: `tr-${String(index).padStart(32, '5')}`, requestTime, ...parts });
}

async function idsOf(traces: AsyncIterable<Trace>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { info } of traces) ids.push(info.traceId);
  return ids;
}

describe.skipIf(noServer !== undefined)('MlflowClient, on a real server', () => {
  let server: MlflowServer;
  let mlflow: MlflowClient;
  let experimentId: string;

  beforeAll(async () => {
    server = await startMlflow();
    mlflow = new MlflowClient({ trackingUri: server.url });
    experimentId = await mlflow.ensureExperiment('client');
    const traces = Array.from({ length: 5 }, (_, index) =>
      numbered(index, index === 2 ? { spans: [{ error: 'Error: no' }] } : {}),
    );
    await new MlflowExporter({ trackingUri: server.url, experimentId }).export(traces, { signal });
  });

  afterAll(() => server.stop());

  it('finds, makes and restores experiments', async () => {
    const id = await mlflow.createExperiment('made', { team: 'a' });

    expect(await mlflow.getExperiment(id)).toMatchObject({ name: 'made', tags: { team: 'a' } });
    expect(await mlflow.getExperimentByName('none')).toBeUndefined();
    server.ask(`MlflowClient().delete_experiment('${id}')\nprint('1')`);
    await mlflow.restoreExperiment(id);
    expect(await mlflow.getExperimentByName('made')).toMatchObject({ experimentId: id, lifecycleStage: 'active' });
  });

  it('goes through the pages of a search', async () => {
    const newestFirst = [4, 3, 2, 1, 0].map((index) => numbered(index).info.traceId);
    const search = { experimentIds: [experimentId], pageSize: 2 };

    expect(await idsOf(mlflow.searchTraces(search))).toEqual(newestFirst);
    expect(await idsOf(mlflow.searchTraces({ ...search, orderBy: ['timestamp_ms ASC'] }))).toEqual(
      newestFirst.toReversed(),
    );
    expect(await idsOf(mlflow.searchTraces({ ...search, filter: { state: 'ERROR' } }))).toEqual([
      numbered(2).info.traceId,
    ]);
  });

  it('gives each trace once where others arrive meanwhile', async () => {
    const id = await mlflow.createExperiment('busy');
    const exporter = new MlflowExporter({ trackingUri: server.url, experimentId: id });
    const traces = Array.from({ length: 7 }, (_, index) => numbered(100 + index));
    const [newest, ...others] = traces.toReversed();
    await exporter.export(others, { signal });
    const found: string[] = [];

    for await (const { traceId } of mlflow.searchTraceInfos({ experimentIds: [id], pageSize: 2 })) {
      if (found.length === 0) await exporter.export([newest as Trace], { signal });
      found.push(traceId);
    }

    expect(found).toEqual(others.map(({ info }) => info.traceId));
  });

  it.each(['say "x"', 'C:\\dir', 'one\ntwo', `it's "both"`, 'plain'])('finds spans that hold %j', async (words) => {
    const { traceId } = numbered(10).info;
    const spans = [{ inputs: { q: `so ${words}!` }, outputs: words, attributes: { note: `${words}.` } }];
    await new MlflowExporter({ trackingUri: server.url, experimentId }).export([numbered(10, { spans })], { signal });
    const idsWith = (filter: TraceFilter) => idsOf(mlflow.searchTraces({ experimentIds: [experimentId], filter }));

    expect(await idsWith({ text: { like: `%so ${words}!%` } })).toEqual([traceId]);
    expect(await idsWith({ span: { content: { like: `%so ${words}!%` } } })).toEqual([traceId]);
    expect(await idsWith({ span: { attributes: { note: `${words}.` } } })).toEqual([traceId]);
    expect(await idsWith({ span: { attributes: { 'mlflow.spanInputs': `so ${words}!` } } })).toEqual([traceId]);
    expect(await idsWith({ span: { content: { like: `%so ${words}?%` } } })).toEqual([]);
    await mlflow.deleteTraces(experimentId, [traceId]);
  });

  it.each(['from', 'in', 'case', 'values', '9', '007', '1e5', '0x1f', 'a.b'])(
    'finds traces by the tag %s',
    async (key) => {
      const { traceId } = numbered(3).info;
      const filter = { tags: { [key]: 'v' } };
      await mlflow.setTag(traceId, key, 'v');

      expect(await idsOf(mlflow.searchTraces({ experimentIds: [experimentId], filter }))).toEqual([traceId]);
      await mlflow.deleteTag(traceId, key);
    },
  );

  it('sets and takes away tags, but for those of the server', async () => {
    const { traceId } = numbered(1).info;

    await mlflow.setTag(traceId, 'verdict', "it's good");
    expect((await mlflow.getTrace(traceId))?.info.tags['verdict']).toBe("it's good");
    await mlflow.deleteTag(traceId, 'verdict');
    expect((await mlflow.getTrace(traceId))?.info.tags).not.toHaveProperty('verdict');
    await expect(mlflow.setTag(traceId, 'mlflow.artifactLocation', 'x')).rejects.toThrow(TypeError);
  });

  it('logs what is thought of a trace, as Python reads it', async () => {
    const { traceId } = numbered(3).info;

    await mlflow.logFeedback(traceId, {
      name: 'good',
      value: true,
      source: { type: 'HUMAN', id: 'ada' },
      rationale: 'right',
      spanId: '0000000000000001',
      metadata: { k: 'v' },
    });
    await mlflow.logExpectation(traceId, { name: 'answer', value: { a: [1] } });
    const gone = await mlflow.logExpectation(traceId, { name: 'plain', value: '42' });
    await mlflow.deleteAssessment(traceId, gone);

    expect(
      server.ask(`
found = mlflow.get_trace('${traceId}').info.assessments
print(json.dumps(sorted([a.name, a.value, a.source.source_type, a.source.source_id, a.rationale, a.span_id] for a in found)))`),
    ).toEqual([
      ['answer', { a: [1] }, 'CODE', 'traced-agents', null, null],
      ['good', true, 'HUMAN', 'ada', 'right', '0000000000000001'],
    ]);
  });

  it('reads what others have logged, so that it can be changed', async () => {
    const { traceId } = numbered(0).info;
    server.ask(`
from mlflow.entities import AssessmentSource
from mlflow.entities.assessment import AssessmentError
judge = AssessmentSource(source_type='LLM_JUDGE', source_id='gpt')
mlflow.log_feedback(trace_id='${traceId}', name='good', value={'score': 0.5}, source=judge, rationale='half right', metadata={'k': 'v'}, span_id='0000000000000001')
mlflow.log_feedback(trace_id='${traceId}', name='failed', source=judge, error=AssessmentError('E', 'no answer'))
mlflow.log_expectation(trace_id='${traceId}', name='answer', value={'a': [1]}, source=AssessmentSource(source_type='HUMAN', source_id='ada'))
print('1')`);
    const times = { createTime: expect.any(Date), updateTime: expect.any(Date) };
    const more = { id: expect.stringMatching(/^a-/), isValid: true, ...times };
    const source = { type: 'LLM_JUDGE', id: 'gpt' };

    const listed = await mlflow.listAssessments(traceId);

    expect(listed).toEqual([
      {
        kind: 'feedback',
        name: 'good',
        value: { score: 0.5 },
        source,
        rationale: 'half right',
        metadata: { k: 'v' },
        spanId: '0000000000000001',
        ...more,
      },
      expect.objectContaining({ name: 'failed', value: null, error: { code: 'E', message: 'no answer' } }),
      { kind: 'expectation', name: 'answer', value: { a: [1] }, source: { type: 'HUMAN', id: 'ada' }, ...more },
    ]);
    expect(Math.abs(Date.now() - Number(listed[0]?.createTime))).toBeLessThan(60_000);
    for (const { id } of listed) await mlflow.deleteAssessment(traceId, id);
    expect(await mlflow.listAssessments(traceId)).toEqual([]);
    await expect(mlflow.listAssessments('tr-none')).rejects.toThrow(MlflowNotFoundError);
  });

  it('reads and finds what the server says of traces, without their spans', async () => {
    const { traceId } = numbered(2).info;
    const whole = await mlflow.getTrace(traceId);
    const found: TraceInfo[] = [];
    for await (const info of mlflow.searchTraceInfos({ experimentIds: [experimentId], pageSize: 2 })) found.push(info);

    expect(await mlflow.getTraceInfo(traceId)).toEqual(whole?.info);
    expect(await mlflow.getTraceInfo('tr-none')).toBeUndefined();
    expect(found.map((info) => info.traceId)).toEqual([4, 3, 2, 1, 0].map((index) => numbered(index).info.traceId));
    expect(found[2]).toEqual(whole?.info);
  });

  it('changes what is thought of a trace, and leaves the rest of it as it was', async () => {
    const { traceId } = numbered(2).info;
    const metadata = { by: 'hand', round: '1' };
    const feedback = await mlflow.logFeedback(traceId, { name: 'good', value: true, rationale: 'right', metadata });
    const expectation = await mlflow.logExpectation(traceId, { name: 'answer', value: { a: [1] }, metadata });
    const seen = () =>
      server.ask(`
found = mlflow.get_trace('${traceId}').info.assessments
print(json.dumps(sorted([a.name, a.assessment_id, a.value, a.rationale, a.metadata['by'], a.metadata['round']] for a in found)))`);

    await mlflow.updateFeedback(traceId, feedback, { value: { score: 0.5 }, rationale: 'half right' });
    await mlflow.updateExpectation(traceId, expectation, { value: [{ b: null }], metadata: { round: '2' } });
    expect(seen()).toEqual([
      ['answer', expectation, [{ b: null }], null, 'hand', '2'],
      ['good', feedback, { score: 0.5 }, 'half right', 'hand', '1'],
    ]);
    await mlflow.updateFeedback(traceId, feedback, { name: 'quality', metadata: { round: '2' } });
    await mlflow.updateExpectation(traceId, expectation, { value: 42 });
    expect(seen()).toEqual([
      ['answer', expectation, 42, null, 'hand', '2'],
      ['quality', feedback, { score: 0.5 }, 'half right', 'hand', '2'],
    ]);
    await mlflow.deleteAssessment(traceId, feedback);
    await mlflow.deleteAssessment(traceId, expectation);
    expect(seen()).toEqual([]);
    await expect(mlflow.updateFeedback(traceId, feedback, { value: 1 })).rejects.toThrow(MlflowNotFoundError);
    await expect(mlflow.updateFeedback(traceId, feedback, {})).rejects.toThrow(/must name a value/);
  });

  it.each([5, null, undefined, { a: 1 }])('takes no %o for a tag', async (value) => {
    const tag = value as unknown as string;
    const message = /The tag 'a' must be a text, but is /;

    await expect(mlflow.createExperiment('untagged', { a: tag })).rejects.toThrow(message);
    await expect(mlflow.setTag(numbered(1).info.traceId, 'a', tag)).rejects.toThrow(message);
    expect(await mlflow.getExperimentByName('untagged')).toBeUndefined();
  });

  it('says at once that a name is no id of an experiment', async () => {
    const search = { experimentIds: ['client'] };

    await expect(idsOf(mlflow.searchTraces(search))).rejects.toThrow(/500: invalid literal for int.*'client'/);
  });

  it('stores texts with halves of characters, and all that stands behind them', async () => {
    const { traceId } = numbered(1).info;
    const half = 'so 🧮'.slice(0, -1);

    await mlflow.setTag(traceId, 'half', half);
    const id = await mlflow.logFeedback(traceId, { name: 'good', value: half, rationale: half, metadata: { k: half } });
    const logged = await mlflow.listAssessments(traceId);
    await mlflow.updateFeedback(traceId, id, { rationale: half, value: 'new' });
    const updated = await mlflow.listAssessments(traceId);
    await mlflow.deleteAssessment(traceId, id);

    const whole = 'so \ufffd';
    expect((await mlflow.getTraceInfo(traceId))?.tags['half']).toBe(whole);
    expect(logged).toEqual([expect.objectContaining({ value: whole, rationale: whole, metadata: { k: whole } })]);
    expect(updated).toEqual([expect.objectContaining({ value: 'new', rationale: whole })]);
  });

  it.each([
    [{ metadata: { n: 5 } }, "The option 'metadata' of logFeedback() must be an object of texts, but is { n: 5 }."],
    [{ metadata: { n: null } }, /'metadata' of logFeedback\(\) must be an object of texts/],
    [{ rationale: 5 }, /'rationale' of logFeedback\(\) must be a text, but is 5/],
    [{ spanId: 5 }, /'spanId' of logFeedback\(\) must be a text/],
    [{ source: { type: 'human', id: 'ada' } }, /'source' of logFeedback\(\) must be an object with a 'type' \(HUMAN,/],
    [{ source: { type: 'HUMAN' } }, /'source' of logFeedback\(\) must be/],
    [{ rational: 'right' }, /no option 'rational'. It knows name, value, rationale,/],
    [{ name: undefined }, /needs a 'name'/],
    [{ name: '' }, /'name' of logFeedback\(\) must be a text/],
  ])('refuses what is no assessment: %o', async (odd, message) => {
    const { traceId } = numbered(0).info;

    await expect(mlflow.logFeedback(traceId, { name: 'a', value: 1, ...odd } as Assessment)).rejects.toThrow(message);
  });

  it('refuses what is no update of an assessment', async () => {
    const { traceId } = numbered(0).info;
    const odd = { value: 1, spanId: '0000000000000001' } as AssessmentUpdate;

    await expect(mlflow.updateFeedback(traceId, 'a-1', odd)).rejects.toThrow(
      /updateFeedback\(\) has no option 'spanId'/,
    );
  });

  it('links traces to a run, and deletes them', async () => {
    const runId = server.ask(`print(json.dumps(MlflowClient().create_run('${experimentId}').info.run_id))`) as string;
    const ids = [numbered(0).info.traceId, numbered(4).info.traceId];

    await mlflow.linkTracesToRun(ids, runId);
    expect(await idsOf(mlflow.searchTraces({ experimentIds: [experimentId], filter: { runId } }))).toEqual(
      ids.toReversed(),
    );
    expect(await mlflow.deleteTraces(experimentId, ids)).toBe(2);
    expect(await mlflow.getTrace(ids[0] ?? '')).toBeUndefined();
  });

  it('says what is not there', async () => {
    await expect(mlflow.logFeedback('tr-none', { name: 'x', value: 1 })).rejects.toThrow(MlflowNotFoundError);
  });
});

describe('MlflowClient, on a server that answers oddly', () => {
  let server: ScriptedServer;

  afterEach(() => server.stop());

  it.each(['', '[]', '{}', '{"assessment":{}}'])('tells that it got no id from %s', async (body) => {
    server = await ScriptedServer.start(() => ({ status: 200, body }));
    const mlflow = new MlflowClient({ trackingUri: server.url });

    await expect(mlflow.logFeedback('tr-1', { name: 'x', value: 1 })).rejects.toThrow(/told no id/);
    expect(await mlflow.deleteTraces('0', ['tr-1'])).toBe(0);
  });

  it.each(['', '{}', '{"trace":{"trace_info":{"assessments":[5,{"issue":{}},{"assessment_id":"a"}]}}}'])(
    'knows of no assessments in %s',
    async (body) => {
      server = await ScriptedServer.start(() => ({ status: 200, body }));

      expect(await new MlflowClient({ trackingUri: server.url }).listAssessments('tr-1')).toEqual([]);
    },
  );

  it('reads an assessment that tells little', async () => {
    const assessments = [{ assessment_id: 'a', assessment_name: 'n', feedback: { error: {} }, valid: false }];
    const body = JSON.stringify({ trace: { trace_info: { assessments } } });
    server = await ScriptedServer.start(() => ({ status: 200, body }));

    const [assessment] = await new MlflowClient({ trackingUri: server.url }).listAssessments('tr-1');

    expect(assessment).toMatchObject({ id: 'a', isValid: false, error: { code: '', message: '' } });
    expect(assessment?.source).toEqual({ type: 'SOURCE_TYPE_UNSPECIFIED', id: '' });
  });

  it('finds traces without asking for their spans', async () => {
    server = await ScriptedServer.start(() => ({
      status: 200,
      body: '{"traces":[{"trace_id":"tr-1"},{"trace_id":"tr-2"}]}',
    }));
    const found: string[] = [];
    for await (const { traceId } of new MlflowClient({ trackingUri: server.url }).searchTraceInfos({
      experimentIds: ['0'],
    }))
      found.push(traceId);

    expect(found).toEqual(['tr-1', 'tr-2']);
    expect(server.seen).toHaveLength(1);
  });

  it('asks for no more than 100 traces at once', async () => {
    server = await ScriptedServer.start(() => ({ status: 200, body: '{"traces_deleted":1}' }));
    const ids = Array.from({ length: 250 }, (_, index) => `tr-${index}`);

    expect(await new MlflowClient({ trackingUri: server.url }).deleteTraces('0', ids)).toBe(3);
  });
});

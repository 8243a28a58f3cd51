import { readFileSync } from 'node:fs';
import { conversationOf, MlflowExporter, RejectedTracesError, Trace } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HidingProxy, hideRoute } from '../../support/hiding-proxy.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { aTrace, aUsage } from '../../support/traces.js';

const { signal } = new AbortController();
const cost = { input_cost: 0.25, output_cost: 0.5, total_cost: 0.75 };

/** One with all that a server could compute of it. */
function richTrace(digit: number): Trace {
  return aTrace({
    id: `tr-${String(digit).padStart(32, 'a')}`,
    name: 'rich',
    session: 'monday',
    user: 'ada',
    usage: aUsage(3, 4),
    tags: { tenant: "it's ours" },
    metadata: { build: '7' },
    spans: [
      { name: 'agent', inputs: { question: 'Why? \ud83d\ude00' }, outputs: '{"looks":"like JSON"}' },
      { parent: 1, type: 'LLM', usage: aUsage(3, 4), attributes: { 'mlflow.llm.cost': cost } },
      { parent: 1, type: 'TOOL', error: 'RangeError: no', inputs: [1, 'two', null] },
    ],
  });
}

function infoOf({ info }: Trace): object {
  const { state, name, session, user, tags, tokenUsage, requestPreview, responsePreview, executionDurationMs } = info;
  return {
    ...{ state, name, session, user, tags, tokenUsage, requestPreview, responsePreview, executionDurationMs },
    ...{ requestTime: info.requestTime, build: info.metadata['build'], cost: info.cost },
  };
}

const kinds = [
  ['keeps files (501)', undefined],
  ['has no route (404)', 404],
  ['has another use for the route (405)', 405],
] as const;

describe.skipIf(noServer !== undefined).each(kinds)(
  `a real MLflow server without OpenTelemetry that %s${noServer === undefined ? '' : `: ${noServer}`}`,
  (_kind, hidden) => {
    let server: MlflowServer;
    let proxy: HidingProxy;

    beforeAll(async () => {
      server = await (hidden === undefined
        ? startMlflow(['--backend-store-uri', './mlruns'], { MLFLOW_ALLOW_FILE_STORE: 'true' })
        : startMlflow());
      proxy = await hideRoute(server.url, hidden === undefined ? '/nothing' : '/v1/traces', hidden ?? 0);
    });

    afterEach(() => vi.unstubAllEnvs());

    afterAll(async () => {
      await proxy.stop();
      await server.stop();
    });

    it('gives back a trace as it was sent, to us and to Python', async () => {
      const exporter = new MlflowExporter({ trackingUri: proxy.url, experiment: 'round trip' });
      const sent = richTrace(1);

      await exporter.export([sent], { signal });

      const stored = (await exporter.getTrace(sent.info.traceId)) as Trace;
      expect(stored.data.toJSON()).toEqual(sent.data.toJSON());
      expect(infoOf(stored)).toEqual({
        ...infoOf(sent),
        cost: { inputCost: 0.25, outputCost: 0.5, totalCost: 0.75 },
      });
      expect(
        server.ask(`
trace = mlflow.get_trace('${sent.info.traceId}')
print(json.dumps({
  'state': trace.info.state.value, 'usage': trace.info.token_usage, 'name': trace.info.tags['mlflow.traceName'],
  'session': trace.info.trace_metadata['mlflow.trace.session'], 'cost': trace.info.cost,
  'outputs': trace.data.spans[0].outputs, 'tools': [s.inputs for s in trace.search_spans(span_type='TOOL')],
}))`),
      ).toEqual({
        ...{ state: 'OK', usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 }, name: 'rich' },
        ...{ session: 'monday', cost, outputs: '{"looks":"like JSON"}', tools: [[1, 'two', null]] },
      });
    });

    it('is asked for the route once, takes a trace again, and finds traces', async () => {
      const exporter = new MlflowExporter({ trackingUri: proxy.url, experiment: 'again' });
      const before = proxy.seen.length;

      await exporter.export([richTrace(2), richTrace(3)], { signal });
      await exporter.export([richTrace(3), richTrace(4)], { signal });

      expect(proxy.seen.slice(before).filter((request) => request === 'POST /v1/traces')).toHaveLength(1);
      const found = await exporter.searchTraces({ tags: { tenant: "it's ours" }, session: 'monday' });
      expect(found.map(({ info, data }) => [info.traceId.at(-1), data.spans.length]).sort()).toEqual([
        ['2', 3],
        ['3', 3],
        ['4', 3],
      ]);
    });

    it.each(['ag2_two_agent', 'manual_double_usage'])(
      'gives back what Python recorded, and the same conversation: %s',
      async (name) => {
        const exporter = new MlflowExporter({ trackingUri: proxy.url, experiment: 'golden' });
        const golden = Trace.fromJSON(readFileSync(`spec/golden/${name}.json`, 'utf8'));

        await exporter.export([golden], { signal });

        const stored = (await exporter.getTrace(golden.info.traceId)) as Trace;
        expect(stored.data.toJSON()).toEqual(golden.data.toJSON());
        expect(stored.info.tokenUsage).toEqual(golden.info.tokenUsage);
        expect(conversationOf(stored)).toEqual(conversationOf(golden));
      },
    );

    it('does not take an experiment that is not there for a route that is not there', async () => {
      const exporter = new MlflowExporter({ trackingUri: server.url, experimentId: '123456789012345678' });

      await expect(exporter.export([richTrace(5)], { signal })).rejects.toThrow(/There is no experiment/);
    });

    it.each([1, 2])('refuses no trace for an experiment that is deleted meanwhile: %i', async (count) => {
      const exporter = new MlflowExporter({ trackingUri: proxy.url, experiment: `deleted ${count}` });
      await exporter.export([richTrace(7)], { signal });
      server.ask(`
client = MlflowClient()
client.delete_experiment(client.get_experiment_by_name('deleted ${count}').experiment_id)
print('1')`);

      const sent = exporter.export([richTrace(8), richTrace(9)].slice(0, count), { signal });

      await expect(sent).rejects.toSatisfy((error) => !(error instanceof RejectedTracesError));
    });

    it('links traces to a run', async () => {
      const [experimentId, runId] = server.ask(`
experiment_id = mlflow.create_experiment('with a run')
print(json.dumps([experiment_id, MlflowClient().create_run(experiment_id).info.run_id]))`) as [string, string];
      const exporter = new MlflowExporter({ trackingUri: proxy.url, experimentId, runId });

      await exporter.export([richTrace(6)], { signal });

      expect(
        server.ask(`
traces = mlflow.search_traces(locations=['${experimentId}'], run_id='${runId}', return_type='list')
print(json.dumps([trace.info.trace_id for trace in traces]))`),
      ).toEqual([richTrace(6).info.traceId]);
    });
  },
);

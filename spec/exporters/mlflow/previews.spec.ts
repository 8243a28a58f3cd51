import { flush, init, MlflowExporter, shutdown, type Trace, updateCurrentTrace, withSpan } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';

const said = (role: string, content: unknown) => ({ role, content });

/** Inputs and outputs of a root. */
const exchanges: readonly (readonly [inputs: unknown, outputs: unknown])[] = [
  [{ question: 'Why? 🧮' }, 'Because.'],
  [{ messages: [said('user', 'a'), said('assistant', 'b')] }, { choices: [{ message: said('assistant', 'c') }] }],
  [
    { input: [said('user', [{ type: 'input_image' }, { type: 'text', text: 'd' }])] },
    { output: [said('assistant', 'e')] },
  ],
  [{ request: { input: [said('user', 'f')] } }, { messages: [said('user', 'g'), said('assistant', 'h')] }],
  [{ messages: [said('user', '🧮'.repeat(1001))] }, '🧮'.repeat(1001)],
  [{ messages: [] }, { choices: [] }],
  [{ messages: [said('user', '{"messages":[{"role":"user","content":"inner"}]}')] }, '{"choices":1}'],
  [[1, 'two', null], { nested: { deep: [1.5, true] } }],
  [{ number: 1e21, small: 1e-7 }, 12],
  [{}, false],
  [{ text: 'ä\u2028\n"quoted"' }, ''],
];

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;

  beforeAll(async () => {
    server = await startMlflow();
  });

  afterAll(() => server.stop());

  afterEach(() => shutdown());

  it.each([
    ['by what it makes of the spans', {}],
    ['by what it is told', { build: '7' }],
  ])('shows in its list the previews that we show, %s', async (experiment, metadata) => {
    const kept: Trace[] = [];
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment });
    init({
      exporters: [exporter, { name: 'kept', delivery: 'inline', export: (traces) => void kept.push(...traces) }],
    });

    for (const [inputs, outputs] of exchanges) {
      withSpan({ name: 'exchange', inputs }, () => {
        updateCurrentTrace({ metadata });
        return outputs;
      });
    }
    await flush();

    const listed = server.ask(`
experiment = mlflow.get_experiment_by_name(${JSON.stringify(experiment)})
traces = mlflow.search_traces(locations=[experiment.experiment_id], return_type='list', max_results=100)
print(json.dumps({t.info.trace_id: [t.info.request_preview, t.info.response_preview] for t in traces}))`);
    expect(listed).toEqual(
      Object.fromEntries(kept.map(({ info }) => [info.traceId, [info.requestPreview, info.responsePreview]])),
    );
    expect(kept[1]?.info).toMatchObject({ requestPreview: 'a', responsePreview: 'c' });
  });
});

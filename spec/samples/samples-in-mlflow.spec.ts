import type { Span, Trace } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pages } from '../support/chromium.js';
import { type MlflowServer, noServer, startMlflow } from '../support/mlflow-server.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import {
  noPages,
  patience,
  rowOf,
  showColumns,
  spanLines,
  spanText,
  startPages,
  tracesPath,
} from '../ui/mlflow-pages.js';
import { runSample, type SampleRun } from './run-sample.js';

const { PICTURE: picture } = process.env;
const newFolder = temporaryFolders();
if (noPages !== undefined) console.log(`Skipped: ${noPages}`);

describe.skipIf(noServer !== undefined)('a sample with MLFLOW_TRACKING_URI set', () => {
  let server: MlflowServer;
  let pages: Pages | undefined;

  beforeAll(async () => {
    server = await startMlflow();
    pages = noPages === undefined ? await startPages() : undefined;
  });

  afterAll(async () => {
    await pages?.close();
    await server?.stop();
  });

  function run(name: string, experiment: string): Promise<SampleRun> {
    return runSample(name, newFolder(), { MLFLOW_TRACKING_URI: server.url, MLFLOW_EXPERIMENT_NAME: experiment });
  }

  it('prints the tokens that Python reads from the server: the demo', async () => {
    const { stdout } = await run('ag2', 'demo for Python');

    const [{ usage }] = readByPython('demo for Python') as [PythonTrace];
    expect(stdout).toContain(
      `{\n  inputTokens: ${usage['input_tokens']},\n  outputTokens: ${usage['output_tokens']},\n  totalTokens: ${usage['total_tokens']},\n  cacheReadInputTokens: ${usage['cache_read_input_tokens']}\n}`,
    );
  });

  it.each(['ag2', 'autogen', 'quickstart'])(
    'sends all that it leaves on disk, for Python to read: %s',
    async (name) => {
      const { traces } = await run(name, name);

      expect(readByPython(name)).toEqual(traces.map(asPythonReads));
    },
  );

  it.skipIf(noPages !== undefined).each(['ag2', 'autogen', 'quickstart'])(
    "is seen in the server's pages: %s",
    async (name) => {
      const { traces } = await run(name, `pages ${name}`);

      const id = server.ask(
        `print(json.dumps(mlflow.get_experiment_by_name('pages ${name}').experiment_id))`,
      ) as string;
      for (const trace of traces) await expectToBeSeen(trace, id);
    },
  );

  // PICTURE=docs/images/mlflow-trace.png npx vitest run spec/samples/samples-in-mlflow.spec.ts
  it.runIf(noPages === undefined && picture !== undefined)('has its picture taken for the docs: the demo', async () => {
    const { traces } = await run('ag2', 'Default');

    await pages?.visit(server.url + tracesPath('0', traces[0]?.info.traceId), async (page) => {
      await spanText(page, 'chat_completion', { tab: 'Inputs / Outputs' });
      await page.getByRole('dialog').screenshot({ path: picture ?? '', animations: 'disabled' });
    });
  });

  async function expectToBeSeen({ info, data }: Trace, experimentId: string): Promise<void> {
    await pages?.visit(server.url + tracesPath(experimentId), async (page) => {
      await showColumns(page, ['Trace name']);
      const cells = { 'Trace name': info.name, State: 'OK', Tokens: String(info.tokenUsage?.totalTokens) };
      await expect.poll(() => rowOf(page, `trace ${info.traceId}`), patience).toMatchObject(cells);
      await page.getByRole('link', { name: `${info.traceId} — input` }).click();
      const names = data.spans.map(({ name }) => name);
      await expect.poll(() => spanLines(page, names), patience).toEqual(indented(data.spans));
    });
  }

  function readByPython(experiment: string): readonly PythonTrace[] {
    return server.ask(`
experiment = mlflow.get_experiment_by_name(${JSON.stringify(experiment)})
traces = mlflow.search_traces(locations=[experiment.experiment_id], order_by=['timestamp_ms ASC'], return_type='list')
traces = [mlflow.get_trace(trace.info.trace_id) for trace in traces]
print(json.dumps([{
  'id': trace.info.trace_id, 'state': trace.info.state.value, 'name': trace.info.tags['mlflow.traceName'], 'usage': trace.info.token_usage,
  'agents': [span.name for span in trace.search_spans(span_type='AGENT')],
  'tools': [[span.name, span.inputs, span.outputs] for span in trace.search_spans(span_type='TOOL')],
  'calls': [[span.name, span.get_attribute('mlflow.chat.tokenUsage')] for span in trace.search_spans(span_type='LLM')],
} for trace in traces]))`) as readonly PythonTrace[];
  }
});

/** What the program for Python tells of a trace. */
interface PythonTrace {
  readonly usage: Readonly<Record<string, number>>;
  readonly [fact: string]: unknown;
}

function asPythonReads({ info, data }: Trace): PythonTrace {
  const ofType = (type: string) => data.spans.filter((span) => span.type === type);
  return {
    id: info.traceId,
    state: info.state,
    name: info.name,
    usage: JSON.parse(info.metadata['mlflow.trace.tokenUsage'] ?? '') as PythonTrace['usage'],
    agents: ofType('AGENT').map(({ name }) => name),
    tools: ofType('TOOL').map(({ name, inputs, outputs }) => [name, inputs, outputs]),
    calls: ofType('LLM').map((span) => [span.name, span.getAttribute('mlflow.chat.tokenUsage')]),
  };
}

/** A line for each span, two spaces deeper than its parent. */
function indented(spans: readonly Span[]): readonly string[] {
  const indents = new Map<string | undefined, string>();
  return spans.map(({ spanId, parentId, name }) => {
    const indent = parentId === undefined ? '' : `  ${indents.get(parentId)}`;
    indents.set(spanId, indent);
    return indent + name;
  });
}

import { join } from 'node:path';
import {
  FileExporter,
  flush,
  getLastActiveTraceId,
  init,
  MlflowClient,
  MlflowExporter,
  sendTraces,
  shutdown,
  traceAgent,
  updateCurrentTrace,
} from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const { signal } = new AbortController();
const newFolder = temporaryFolders();
const keptFor = 'traced_agents.kept_for';

describe.skipIf(noServer !== undefined)(
  `two experiments on one real server${noServer === undefined ? '' : `: ${noServer}`}`,
  () => {
    let server: MlflowServer;

    beforeAll(async () => {
      server = await startMlflow();
    });

    afterEach(() => shutdown());

    afterAll(() => server.stop());

    it.each([
      ['in the one that it was sent to first, if its spans say all of it', {}, 'first'],
      ['in the one that it was sent to last, if it has metadata of its own', { metadata: { build: '7' } }, 'second'],
      [
        'in the one that it was sent to last, if it says why it was kept',
        { metadata: { [keptFor]: 'slow' } },
        'second',
      ],
      ['in the one that it was sent to last, if its state is not that of its root', { state: 'ERROR' }, 'second'],
      ['in the one that it was sent to last, if a tag has an odd key', { tags: { 'a@b': 'c' } }, 'second'],
      ['in the one that it was sent to first, if its tags have usual keys', { tags: { tenant: 'ours' } }, 'first'],
    ] as const)('show a trace of a file that is sent again %s', async (_where, parts, shownIn) => {
      const trace = aTrace({ ...parts, id: newId(), spans: [{ inputs: { q: 1 } }, { parent: 1, type: 'LLM' }] });
      const file = join(newFolder(), 'traces.jsonl');
      new FileExporter({ path: file }).export([trace]);
      const mlflow = new MlflowClient({ trackingUri: server.url });

      const counts = [
        await sendTraces(file, new MlflowExporter({ trackingUri: server.url, experiment: 'first' })),
        await sendTraces(file, new MlflowExporter({ trackingUri: server.url, experiment: 'second' })),
      ];

      expect(counts.map(({ sent }) => sent)).toEqual([1, 1]);
      expect(await placesOf(mlflow, trace.info.traceId)).toEqual([shownIn]);
      expect((await mlflow.getTrace(trace.info.traceId))?.data.toJSON()).toEqual(trace.data.toJSON());
    });

    it.each([
      ['all of which its spans say', {}],
      ['with metadata', { build: '7' }],
    ])('hold a trace of a program that sends to both once, as a whole: one %s', async (_which, metadata) => {
      const errors: Error[] = [];
      init({
        exporters: ['first', 'second'].map(
          (experiment) => new MlflowExporter({ name: experiment, trackingUri: server.url, experiment }),
        ),
        spoolDir: newFolder(),
        onError: (error) => errors.push(error),
      });
      const mlflow = new MlflowClient({ trackingUri: server.url });

      traceAgent(() => updateCurrentTrace({ metadata }), { name: 'agent' })();
      const traceId = getLastActiveTraceId() ?? '';
      await flush();

      const [place, ...others] = await placesOf(mlflow, traceId);
      expect(['first', 'second']).toContain(place);
      expect(others).toEqual([]);
      expect((await mlflow.getTrace(traceId))?.info.metadata).toMatchObject(metadata);
      expect(errors).toEqual([]);
    });

    it('both hold a trace that is sent to both where the server keeps files', async () => {
      const fileServer = await startMlflow(['--backend-store-uri', './mlruns'], { MLFLOW_ALLOW_FILE_STORE: 'true' });
      onTestFinished(() => fileServer.stop());
      const mlflow = new MlflowClient({ trackingUri: fileServer.url });
      const trace = aTrace({ id: newId() });

      for (const experiment of ['first', 'second'])
        await new MlflowExporter({ trackingUri: fileServer.url, experiment }).export([trace], { signal });
      const places = await placesOf(mlflow, trace.info.traceId);

      expect(places).toEqual(['first', 'second']);
    });
  },
);

let ids = 0;

function newId(): string {
  ids += 1;
  return `tr-${ids.toString(16).padStart(32, '5')}`;
}

/** The experiments in which a trace is found. */
async function placesOf(mlflow: MlflowClient, traceId: string): Promise<readonly string[]> {
  const places: string[] = [];
  for (const name of ['first', 'second']) {
    const experimentIds = [await mlflow.ensureExperiment(name)];
    for await (const _found of mlflow.searchTraceInfos({ experimentIds, filter: { traceId } })) places.push(name);
  }
  return places;
}

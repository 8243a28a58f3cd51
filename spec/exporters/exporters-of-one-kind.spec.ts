import { join } from 'node:path';
import {
  ConsoleExporter,
  FileExporter,
  flush,
  InMemoryExporter,
  init,
  MlflowClient,
  MlflowExporter,
  readTraceFile,
  shutdown,
  type TraceExporter,
  traceTool,
} from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../support/mlflow-server.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { aTrace } from '../support/traces.js';

const newFolder = temporaryFolders();
const echo = traceTool((value: number) => value, { name: 'echo' });
const trackingUri = 'http://127.0.0.1:9';

/** Two that have nothing to do with each other. */
const pairs: Readonly<Record<string, (name?: string) => TraceExporter>> = {
  mlflow: (name) => new MlflowExporter({ trackingUri, ...(name === undefined ? {} : { name }) }),
  file: (name) => new FileExporter({ path: join(newFolder(), 'a.jsonl'), ...(name === undefined ? {} : { name }) }),
  console: (name) => new ConsoleExporter(name === undefined ? {} : { name }),
  memory: (name) => new InMemoryExporter(name === undefined ? {} : { name }),
};

async function collected<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

afterEach(async () => {
  await shutdown();
});

describe.each(Object.entries(pairs))('two exporters %s', (name, make) => {
  it('are refused with the remedy', () => {
    expect(() => init({ exporters: [make(), make()] })).toThrow(
      `Two exporters are called '${name}'. Give one of them another by its option 'name', so that stats() can tell them apart.`,
    );
  });

  it('stand side by side under two names', () => {
    const exporters = [make(), make('second')];

    init({ exporters });

    expect(exporters.map((exporter) => exporter.name)).toEqual([name, 'second']);
  });
});

it('names the console that failed', () => {
  const stream = {
    write() {
      throw new Error('gone');
    },
  };
  const second = new ConsoleExporter({ name: 'second', stream });

  expect(() => second.export([aTrace()])).toThrow(expect.objectContaining({ exporter: 'second' }));
});

it('writes to two files', async () => {
  const paths = ['a', 'b'].map((name) => join(newFolder(), `${name}.jsonl`));
  init({ exporters: paths.map((path) => new FileExporter({ name: path, path })) });
  echo(1);
  await shutdown();

  for (const path of paths) expect(await collected(readTraceFile(path))).toHaveLength(1);
});

describe.skipIf(noServer !== undefined)('two MlflowExporters', () => {
  let servers: readonly MlflowServer[] = [];

  beforeAll(async () => {
    servers = [await startMlflow(), await startMlflow()];
  });

  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('send to two real servers, one of them named by trackingUri', async () => {
    const [trackingUri = '', auditUri = ''] = servers.map(({ url }) => url);
    const audit = new MlflowExporter({ name: 'audit', trackingUri: auditUri });
    init({ spoolDir: newFolder(), trackingUri, exporters: [audit] });
    echo(1);
    const { exporters } = await flush();

    expect(exporters).toMatchObject({ mlflow: { exported: 1 }, audit: { exported: 1 } });
    const stored = [trackingUri, auditUri].map((uri) =>
      collected(new MlflowClient({ trackingUri: uri }).searchTraceInfos({ experimentIds: ['0'] })),
    );
    expect((await Promise.all(stored)).map(({ length }) => length)).toEqual([1, 1]);
  });
});

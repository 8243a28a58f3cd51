import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MlflowExporter, sendTraces } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const children: ChildProcess[] = [];
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

/**
 * An agent at work: says the id of each of its traces when the root call has settled, and `arrived` when the server has some. Where it
 * waits for a word, it goes on until it gets one, and makes `count` traces after that.
 */
const program = `
import { writeSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { getLastActiveTraceId, init, stats, traceAgent, traceTool } from ${JSON.stringify(packageUrl)};
const { experiment, trackingUri, count, waitsForWord, pauseMs, shutdownTimeoutMs } = JSON.parse(process.argv[2]);
init({ exporters: [], trackingUri, experiment, shutdownTimeoutMs, onError: () => undefined });
const search = traceTool(async (query) => ({ found: query }), { name: 'search' });
const agent = traceAgent(async (question) => [await search(question), await search(question)], { name: 'agent' });
let left = waitsForWord ? Infinity : count;
if (waitsForWord) process.stdin.once('end', () => { left = count; }).resume();
let hasArrived = false;
for (let number = 0; left > 0; number += 1, left -= 1) {
  await agent('question ' + number);
  writeSync(1, getLastActiveTraceId() + '\\n');
  if (!hasArrived && stats().exporters.mlflow.exported > 0) hasArrived = writeSync(1, 'arrived\\n') > 0;
  await later(pauseMs);
}
`;

/** Who waits for a server that is gone does so for hours. */
const patient = { MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '10000' };

interface Work {
  readonly trackingUri: string;
  readonly experiment: string;
  readonly spoolDir: string;
  readonly count: number;
  /** @default false */
  readonly waitsForWord?: boolean;
  /** @default 2000, as where nothing is set */
  readonly shutdownTimeoutMs?: number;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;

  beforeAll(async () => {
    server = await startMlflow();
  });

  afterAll(() => server.stop());

  it('is killed while a program traces: that ends with all on disk, and later all is delivered, once', async () => {
    const work = { trackingUri: server.url, experiment: 'outage', spoolDir: newFolder(), count: 200 };
    const child = start({ ...work, waitsForWord: true });

    await child.hasArrived();
    await server.kill();
    child.tell();
    const { code, ended } = await child.end;
    await server.restart();
    const exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'outage' });
    const [folder = ''] = readdirSync(work.spoolDir);
    const before = Object.keys(storedTraces(server, 'outage')).length;
    const { sent, bad } = await sendTraces(join(work.spoolDir, folder), exporter);

    expect(code).toBe(0);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(ended.length - 200);
    // What it stored and could not acknowledge any more is sent again.
    expect(sent).toBeGreaterThanOrEqual(ended.length - before);
    expect(bad).toBe(0);
    expect(storedTraces(server, 'outage')).toEqual(spansOfEach(ended));
    expect(segmentsIn(work.spoolDir)).toEqual([]);
  });

  it('has, after the next run, all that ended in programs that were killed, once', async () => {
    const work = { trackingUri: server.url, experiment: 'kills', spoolDir: newFolder(), count: 10_000 };
    const ended: string[] = [];

    for (const moment of [20, 90, 150]) {
      const child = start(work);
      await child.hasEnded(moment);
      child.kill();
      ended.push(...(await child.end).ended);
    }
    const next = start({ ...work, count: 1, shutdownTimeoutMs: 60_000 });
    ended.push(...(await next.end).ended);

    expect(ended.length).toBeGreaterThan(260);
    expect(storedTraces(server, 'kills')).toEqual(spansOfEach(ended));
    expect(segmentsIn(work.spoolDir)).toEqual([]);
  });
});

function start({ spoolDir, ...work }: Work) {
  const argument = JSON.stringify({ pauseMs: 5, shutdownTimeoutMs: 2000, ...work });
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '', argument], {
    env: { ...process.env, TRACED_AGENTS_SPOOL_DIR: spoolDir, ...(work.waitsForWord === true ? patient : {}) },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 120_000,
  });
  children.push(child);
  let said = '';
  const ids = (): string[] => said.split('\n').filter((line) => /^tr-[0-9a-f]{32}$/.test(line));
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const end = once(child, 'close').then(([code]) => ({ code: code as number | null, ended: ids() }));
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached() && child.exitCode === null) await once(child.stdout, 'data');
  };
  return {
    end,
    kill: () => child.kill('SIGKILL'),
    /** The word that it waits for. */
    tell: () => child.stdin.end(),
    /** Settles when so many traces have ended. */
    hasEnded: (count: number) => until(() => ids().length >= count),
    /** Settles when the server has some. */
    hasArrived: () => until(() => said.includes('arrived\n')),
  };
}

/** What Python finds in an experiment: how many spans each of its traces has, and how often the trace is there. */
function storedTraces(server: MlflowServer, experiment: string): Readonly<Record<string, readonly number[]>> {
  return server.ask(`
client = MlflowClient()
experiment = client.get_experiment_by_name(${JSON.stringify(experiment)})
found, token = {}, None
while True:
  page = client.search_traces(locations=[experiment.experiment_id], max_results=100, page_token=token)
  for trace in page:
    found.setdefault(trace.info.trace_id, []).append(len(trace.data.spans))
  token = page.token
  if not token:
    break
print(json.dumps(found))`) as Record<string, number[]>;
}

function spansOfEach(ids: readonly string[]): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(ids.map((id) => [id, [3]]));
}

function segmentsIn(spoolDir: string): string[] {
  return readdirSync(spoolDir, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.jsonl'));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;
const experiment = JSON.stringify({ experiment: { experiment_id: '7', name: 'agents', lifecycle_stage: 'active' } });

let server: ScriptedServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** It knows the experiment, and never answers to spans; `isAsked` settles when it is sent some. */
async function startServer() {
  let ask: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  server = await ScriptedServer.start(({ url }) => {
    if (!url.startsWith('/v1/traces')) return { status: 200, body: experiment };
    ask();
    return 'hang';
  });
  return { url: server.url, isAsked };
}

/** Runs a program that has the package as `ta`, with an address; its stdin ends at a time. Its code is `null` where it did not end by itself. */
async function run(program: string, trackingUri: string, stdinEnds: Promise<void> = Promise.resolve()) {
  const spoolDir = newFolder();
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', `import * as ta from ${JSON.stringify(packageUrl)};\n${program}`],
    {
      env: {
        ...process.env,
        MLFLOW_TRACKING_URI: trackingUri,
        MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0.1',
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1',
        TRACED_AGENTS_SPOOL_DIR: spoolDir,
        TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS: '100',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: 60_000,
    },
  );
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  void stdinEnds.then(() => child.stdin.end());
  const [code] = (await once(child, 'close')) as [number | null];
  const segments = readdirSync(spoolDir, { recursive: true }).filter((name) => String(name).endsWith('.jsonl'));
  return { code, said: said.trim(), segments };
}

const tracing = `
ta.init({ exporters: [new ta.MlflowExporter({ experiment: 'agents' })], onError: () => undefined });
process.on('exit', () => {
  const { recorded, exported, spooled, queued } = ta.stats().exporters.mlflow;
  console.log(recorded, exported, spooled + queued);
});
const agent = ta.traceAgent(async (number) => number, { name: 'agent' });
for (let number = 0; number < 300; number += 1) await agent(number);
await process.stdin.toArray();`;

describe('the end of a program', () => {
  it('does not wait for a server that never answers: its traces are on disk', async () => {
    const { url, isAsked } = await startServer();

    const { code, said, segments } = await run(tracing, url, isAsked);

    expect([code, said]).toEqual([0, '300 0 300']);
    expect(segments).toHaveLength(1);
  });

  it.each([
    ['a question of the client', `await new ta.MlflowClient().getExperiment('7')`],
    [
      'traces that are sent without a queue',
      `await new ta.MlflowExporter().export([ta.Trace.fromJSON(line)], { signal })`,
    ],
    ['a question of the exporter', `await new ta.MlflowExporter().getTrace('tr-1')`],
  ])('waits for %s, also between two tries', async (_what, question) => {
    const program = `
      const { signal } = new AbortController();
      const line = '{"info":{"trace_id":"tr-${'1'.repeat(32)}"},"data":{"spans":[]}}';
      try { ${question}; } catch (error) { console.log(error.name); }`;

    const { code, said } = await run(program, 'http://127.0.0.1:9');

    expect([code, said]).toEqual([0, 'MlflowNetworkError']);
  });
});

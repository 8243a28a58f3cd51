import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Reply, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;
const experiment = JSON.stringify({ experiment: { experiment_id: '7', name: 'agents', lifecycle_stage: 'active' } });

let server: ScriptedServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** It knows the experiment; spans get this reply. */
async function startServer(reply: Reply): Promise<string> {
  server = await ScriptedServer.start(({ url }) =>
    url.startsWith('/v1/traces') ? reply : { status: 200, body: experiment },
  );
  return server.url;
}

/** Runs a program that has the package as `ta`, with an address; how it ends, and how long after the line `last`. */
async function run(program: string, trackingUri: string) {
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
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 15_000,
    },
  );
  let said = '';
  let lastMs = Number.NaN;
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.includes('last\n')) lastMs = performance.now();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const segments = readdirSync(spoolDir, { recursive: true }).filter((name) => String(name).endsWith('.jsonl'));
  return { code, said: said.replace('last\n', '').trim(), sinceLastMs: performance.now() - lastMs, segments };
}

const tracing = `
ta.init({ exporters: [new ta.MlflowExporter({ experiment: 'agents' })], onError: () => undefined });
process.on('exit', () => {
  const { recorded, exported, spooled, queued } = ta.stats().exporters.mlflow;
  console.log(recorded, exported, spooled + queued);
});
const agent = ta.traceAgent(async (number) => number, { name: 'agent' });
for (let number = 0; number < 300; number += 1) await agent(number);
await new Promise((done) => setTimeout(done, 300));
console.log('last');`;

describe('the end of a program', () => {
  it('does not wait for a server that never answers: its traces are on disk', async () => {
    const { code, said, sinceLastMs, segments } = await run(tracing, await startServer('hang'));

    expect([code, said]).toEqual([0, '300 0 300']);
    expect(sinceLastMs).toBeLessThan(2200);
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

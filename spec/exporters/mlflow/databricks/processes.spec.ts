import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { client, DatabricksWorkspace } from '../../../support/databricks-workspace.js';
import { temporaryFolders } from '../../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

/** Makes its traces as fast as it can, and waits until they have arrived. */
const program = `
import { flush, init, traceAgent } from ${JSON.stringify(packageUrl)};
init({ exporters: [], trackingUri: 'databricks', experiment: '/Shared/many', shutdownTimeoutMs: 60_000 });
const agent = traceAgent(async (question) => question, { name: 'agent' });
for (let number = 0; number < 40; number += 1) await agent(number);
console.log((await flush()).exporters.mlflow.exported);
`;

let workspace: DatabricksWorkspace;

afterEach(() => workspace.stop());

describe('several programs and one workspace', () => {
  it('send all their traces, each once, with a token of their own', async () => {
    workspace = await DatabricksWorkspace.start();

    const exported = await Promise.all([1, 2, 3, 4].map(() => run()));

    expect(exported).toEqual(['40\n', '40\n', '40\n', '40\n']);
    expect(new Set(workspace.started.map((info) => info['trace_id'])).size).toBe(160);
    expect(workspace.started).toHaveLength(160);
    expect(workspace.tokenRequests).toBe(4);
    expect(workspace.faults).toEqual([]);
    // The summary, the address and the file of each trace; the rest is asked once a program.
    expect(workspace.seen.filter((line) => /traces|^storage/.test(line))).toHaveLength(3 * 160);
    expect(workspace.seen.length).toBeLessThanOrEqual(3 * 160 + 4 * 6);
  });
});

async function run(): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: {
      PATH: process.env['PATH'],
      HOME: newFolder(),
      TRACED_AGENTS_SPOOL_DIR: newFolder(),
      DATABRICKS_HOST: workspace.url,
      DATABRICKS_CLIENT_ID: client.id,
      DATABRICKS_CLIENT_SECRET: client.secret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await once(child, 'close');
  return said;
}

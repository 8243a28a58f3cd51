import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMlflow } from './python.js';

/** A real tracking server on loopback, with a database of its own. */
export interface MlflowServer {
  readonly url: string;
  readonly python: string;
  /** Runs Python with `mlflow` set to this server; what it prints is parsed as JSON. */
  ask(program: string): unknown;
  /** Pulls its plug: SIGKILL to all its processes, at once. */
  kill(): Promise<void>;
  /** Starts it again after that, with the same address and database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const found = findMlflow();

/** Neither server nor client reports its use to anybody. */
const silent = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' };

/** Why there is no server; `undefined` if there can be one. */
export const noServer: string | undefined = 'skip' in found ? found.skip : undefined;

/** Starts one; `args` are more options of `mlflow server`. */
export async function startMlflow(
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<MlflowServer> {
  if ('skip' in found) throw new Error(found.skip);
  const { python } = found;
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-'));
  const port = await freePort();
  const prefix = args.includes('--static-prefix') ? args[args.indexOf('--static-prefix') + 1] : '';
  const url = `http://127.0.0.1:${port}${prefix}`;
  const env = {
    ...process.env,
    ...silent,
    // Prices would be asked for on the internet.
    MLFLOW_MODEL_CATALOG_URI: '',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    ...environment,
  };
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(
      python,
      ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...args],
      { cwd: folder, env, stdio: 'ignore', detached: true },
    );
    await untilHealthy(url, started).catch(async (error: unknown) => {
      await end(started);
      throw error;
    });
    return started;
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  let server = await start().catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    url,
    python,
    ask: (program) => ask(python, url, program),
    kill: () => end(server),
    async restart() {
      server = await start();
    },
    async stop() {
      await end(server);
      remove();
    },
  };
}

function ask(python: string, url: string, program: string): unknown {
  const preamble = `import json, mlflow\nfrom mlflow import MlflowClient\nmlflow.set_tracking_uri(${JSON.stringify(url)})\n`;
  const output = execFileSync(python, ['-W', 'ignore', '-c', preamble + program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: { ...process.env, ...silent },
  });
  return JSON.parse(output) as unknown;
}

/** The workers are children of the server: the group ends as a whole. */
async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  process.kill(-server.pid, 'SIGKILL');
  await ended;
}

async function untilHealthy(url: string, server: ChildProcess): Promise<void> {
  for (const since = Date.now(); Date.now() - since < 150_000; ) {
    if (server.exitCode !== null) throw new Error(`mlflow server ended with code ${server.exitCode}.`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('mlflow server did not start within two minutes and a half.');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error()),
      );
    });
  });
}

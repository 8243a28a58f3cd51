/* A real MLflow server with two workers, and what stands in its database. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../rounds.js';
import { endWithUs } from './ended-with-us.js';

const environment = fileURLToPath(new URL('../../.cache/mlflow-3.17.2', import.meta.url));
const python = join(environment, 'bin', 'python');
/** Nothing is told to anybody, or asked on the internet. */
const quiet = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', MLFLOW_MODEL_CATALOG_URI: '' };

/** Why there can be no server; `undefined` if there can. */
export function noMlflow() {
  return existsSync(join(environment, 'ready')) ? undefined : 'there is no MLflow in .cache/ (npm test puts it there)';
}

/** What it takes to reach PostgreSQL is added once; says why where it cannot. */
export function noDriver() {
  const options = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 120_000 };
  try {
    execFileSync(python, ['-c', 'import psycopg2'], options);
    return undefined;
  } catch {
    try {
      execFileSync(
        python,
        ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'psycopg2-binary'],
        options,
      );
      return undefined;
    } catch (error) {
      return `psycopg2-binary could not be installed: ${String(error.stderr).trim().split('\n').at(-1)}`;
    }
  }
}

/** @param {{ storeUri: string, folder: string }} place `folder` does not exist yet. */
export async function startMlflow({ storeUri, folder }) {
  mkdirSync(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '2'];
  args.push('--backend-store-uri', storeUri, '--artifacts-destination', join(folder, 'artifacts'));
  let kill = await start();
  return {
    url,
    /** SIGKILL, to its workers, too. */
    kill: () => kill(),
    async restart() {
      kill = await start();
    },
    /** Traces and spans of an experiment, as they stand in the tables. */
    stored(experiment) {
      const output = execFileSync(python, ['-c', counting, storeUri, experiment], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 30_000,
      });
      return JSON.parse(output);
    },
  };

  async function start() {
    const child = spawn(python, args, {
      cwd: folder,
      env: { ...bareEnvironment(), ...quiet, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      stdio: 'ignore',
      detached: true, // a group of its own, with its workers
    });
    const end = endWithUs(child, { isGroup: true });
    for (const since = Date.now(); Date.now() - since < 90_000; ) {
      if (child.exitCode !== null) throw new Error(`mlflow server ended with code ${child.exitCode}.`);
      const answer = await fetch(`${url}/health`).catch(() => undefined);
      if (answer?.ok === true) return end;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('mlflow server did not start within 90 s.');
  }
}

const counting = `
import json, sys
from sqlalchemy import create_engine, text
_, uri, experiment = sys.argv
with create_engine(uri).connect() as connection:
    def count(table):
        query = text(f"select count(*) from {table} where experiment_id = (select experiment_id from experiments where name = :name)")
        return connection.execute(query, {"name": experiment}).scalar()
    print(json.dumps({"traces": count("trace_info"), "spans": count("spans")}))
`;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

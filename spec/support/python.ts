import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Python that can `import mlflow.entities`, or why there is none. */
export type MlflowPython = { readonly python: string } | { readonly skip: string };

/** All of MLflow, with its server and what this takes to ask for passwords. */
const requirement = 'mlflow[auth]==3.17.2';
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));
const folder = join(cache, 'mlflow-3.17.2');
const interpreter =
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
/** Written last, and says what is there: a folder without it is half made, and one with another is added to. */
const seal = join(folder, 'ready');
const candidates = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** What `prepareMlflow()` has made before; makes nothing. */
export function findMlflow(): MlflowPython {
  return isReady()
    ? { python: interpreter }
    : { skip: `There is no ${requirement} in .cache/: \`npm test\` puts it there where there is Python >= 3.10.` };
}

/** Makes a virtual environment with MLflow under `.cache/`, unless it is there; takes a minute or two and the network. */
export function prepareMlflow(): MlflowPython {
  if (isReady()) return { python: interpreter };
  try {
    if (!existsSync(seal)) makeEnvironment();
    run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]);
    run(interpreter, ['-c', 'import mlflow.entities, mlflow.server, flask_wtf']);
    writeFileSync(seal, requirement);
    return { python: interpreter };
  } catch (error) {
    return { skip: `${requirement} could not be installed: ${lastLine(error)}` };
  }
}

function isReady(): boolean {
  return existsSync(seal) && readFileSync(seal, 'utf8') === requirement;
}

function makeEnvironment(): void {
  const python = candidates.find(isRecentEnough);
  if (python === undefined) throw new Error(`There is no Python >= 3.10 among ${candidates.join(', ')}.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  run(python, ['-m', 'venv', folder]);
}

function isRecentEnough(python: string): boolean {
  try {
    run(python, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
    return true;
  } catch {
    return false;
  }
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 300_000 });
}

function lastLine(error: unknown): string {
  const text = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
  return text.trim().split('\n').at(-1) ?? '';
}

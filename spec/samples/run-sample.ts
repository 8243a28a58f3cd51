import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Trace } from 'traced-agents';

/** What a sample left behind. */
export interface SampleRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Those in `traces.jsonl`. */
  readonly traces: readonly Trace[];
}

/** Runs a built sample as a new user does, in an empty folder; of the environment it sees no more than is given. It waits for a server as long as that takes. Rejects if it fails. */
export async function runSample(
  name: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<SampleRun> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [resolve(`dist-samples/${name}/main.js`)], {
    cwd: folder,
    env: { LANG: 'C.UTF-8', TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS: '100000', ...environment },
    timeout: 120_000,
  });
  const lines = (await readFile(join(folder, 'traces.jsonl'), 'utf8')).trimEnd().split('\n');
  return { stdout, stderr, traces: lines.map((line) => Trace.fromJSON(line)) };
}

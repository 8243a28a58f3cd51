import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { flush, type InitOptions, init, shutdown, type Trace, type TraceExporter, traceAgent } from 'traced-agents';
import { afterEach, vi } from 'vitest';
import { faults } from './faulty-fs.js';
import { temporaryFolders } from './temporary-folder.js';

/** Makes a trace with this number. */
export const agent: (number: number) => number = traceAgent((number: number) => number, { name: 'agent' });

/** Takes what it is given, or is down. */
export class Server implements TraceExporter {
  readonly name = 'server';
  readonly destination = 'somewhere';
  readonly numbers: number[] = [];
  isDown: boolean;

  constructor(state?: 'down') {
    this.isDown = state === 'down';
  }

  export(traces: readonly Trace[]): void {
    if (this.isDown) throw new Error('down');
    this.numbers.push(...traces.map(({ info }) => Number(/\d+/.exec(info.requestPreview ?? '')?.[0])));
  }
}

export function setUp(exporter: TraceExporter, options: InitOptions) {
  const errors: string[] = [];
  init({ exporters: [exporter], onError: ({ message }) => errors.push(message), ...options });
  return { errors };
}

/** Traces with these numbers, in one file on disk: their server is down. */
export async function waitingTraces(numbers: readonly number[], options: InitOptions) {
  const server = new Server('down');
  const { errors } = setUp(server, options);
  for (const number of numbers) agent(number);
  await flush();
  const file = fileIn(String(options.spoolDir));
  return { server, errors, file };
}

export function fileIn(spoolDir: string): string {
  const [file] = filesIn(spoolDir);
  if (file === undefined) throw new Error('There is no file.');
  return file;
}

export function filesIn(spoolDir: string): string[] {
  return readdirSync(spoolDir, { recursive: true })
    .map((name) => join(spoolDir, String(name)))
    .filter((path) => path.endsWith('.jsonl'));
}

/** Its files get another owner; none unless it is told. */
export function giveUp(
  spoolDir: string,
  pid = 0,
  start: string | undefined = undefined,
  machine: string | undefined = undefined,
): void {
  for (const file of filesIn(spoolDir)) {
    const [created, host, , own, id] = (file.split('/').at(-1) ?? '').split('-');
    renameSync(file, join(file, '..', [created, machine ?? host, pid, start ?? own, id].join('-')));
  }
}

/** A function that makes folders for spools. After each spec the file system, the clock and tracing are as they were. */
export function spoolFolders(): () => string {
  const newFolder = temporaryFolders();
  afterEach(async () => {
    faults.meddle = undefined;
    vi.useRealTimers();
    await shutdown();
  });
  return newFolder;
}

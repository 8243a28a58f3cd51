import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { isBadLine, readTraceFile } from '../../../lib/exporters/file/read-trace-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const temporaryFolder = temporaryFolders();
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

/** Writes numbered traces of about `length` characters, and says on stdout which are written. */
const program = `
import { FileExporter, Trace } from ${JSON.stringify(packageUrl)};
import { writeSync } from 'node:fs';
const { path, writer, count, length, maxBytes } = JSON.parse(process.argv[2]);
const exporter = new FileExporter({ path, ...(maxBytes === undefined ? {} : { maxBytes, maxFiles: 1000 }) });
const padding = 'x'.repeat(length);
for (let number = 0; number < count; number += 1) {
  const tags = { 'mlflow.traceName': writer + ' ' + number };
  const info = { trace_id: 'tr-' + '0'.repeat(32), state: 'OK', request_preview: '', tags, trace_metadata: { padding } };
  exporter.export([Trace.fromJSON({ info, data: { spans: [] } })]);
  writeSync(1, number + ' ');
}
`;

interface Work {
  readonly path: string;
  readonly writer: string;
  readonly count: number;
  /** In characters. */
  readonly length: number;
  readonly maxBytes?: number;
}

describe('several processes that write to one file', () => {
  it.each([
    ['200 bytes', 200, 500],
    ['100 KB', 100_000, 100],
    ['3 MB', 3_000_000, 8],
  ])('lose and mix nothing, with lines of %s', async (_title, length, count) => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    const writers = ['a', 'b', 'c', 'd'];

    await Promise.all(writers.map((writer) => finished(start({ path, writer, count, length }))));

    const { names, bad } = await contentOf([path]);
    expect(bad).toEqual([]);
    expect(writers.map((writer) => numbersOf(names, writer))).toEqual(writers.map(() => numbersTo(count)));
    expect(hasEmptyLines(path)).toBe(false);
  });

  it('lose and mix nothing where all of them rotate it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'traces.jsonl');
    const writers = ['a', 'b', 'c', 'd'];

    await Promise.all(
      writers.map((writer) => finished(start({ path, writer, count: 300, length: 500, maxBytes: 20_000 }))),
    );

    const files = readdirSync(folder).map((file) => join(folder, file));
    const { names, bad } = await contentOf(files);
    expect(bad).toEqual([]);
    expect(files.length).toBeGreaterThan(5);
    expect(writers.map((writer) => numbersOf(names, writer).sort((a, b) => a - b))).toEqual(
      writers.map(() => numbersTo(300)),
    );
  });
});

describe('a process that is killed while it writes', () => {
  const seed = Date.now();
  const random = randomFrom(seed);
  const rounds = Array.from({ length: 12 }, (_, index) => ({
    length: index % 2 === 0 ? 1000 : 1_000_000,
    afterMs: random() * 60,
  }));
  console.log(`Processes are killed after random times, seed ${seed}.`);

  it.each(rounds)('leaves what it had written, and at most one torn line, which the next one ends', async (round) => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    const child = start({ path, writer: 'a', count: 1_000_000, length: round.length });

    const written = await killed(child, round.afterMs);
    new FileExporter({ path }).export([aTrace({ name: 'next 0' })]);

    const { names, bad } = await contentOf([path]);
    expect(numbersOf(names, 'a').slice(0, written.length)).toEqual(written);
    expect(names.at(-1)).toBe('next 0');
    expect(bad.length).toBeLessThanOrEqual(1);
    expect(hasEmptyLines(path)).toBe(false);
  });
});

function start(work: Work): ChildProcess {
  const script = join(temporaryFolder(), 'program.mjs');
  writeFileSync(script, program);
  return spawn(process.execPath, [script, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function finished(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The program ended with ${code}.`);
}

/** Kills it so long after its first word; gives the numbers it had told by then. */
async function killed(child: ChildProcess, afterMs: number): Promise<number[]> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data'); // it was piped
  await later(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return text.split(' ').slice(0, -1).map(Number);
}

async function contentOf(paths: readonly string[]): Promise<{ names: string[]; bad: number[] }> {
  const names: string[] = [];
  const bad: number[] = [];
  for (const path of paths) {
    for await (const item of readTraceFile(path)) {
      if (isBadLine(item)) bad.push(item.lineNumber);
      else names.push(item.info.name ?? '');
    }
  }
  return { names, bad };
}

function numbersOf(names: readonly string[], writer: string): number[] {
  return names.filter((name) => name.startsWith(`${writer} `)).map((name) => Number(name.slice(2)));
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

/** `json.loads` of Python takes them amiss. */
function hasEmptyLines(path: string): boolean {
  const bytes = readFileSync(path);
  return bytes[0] === 0x0a || bytes.includes('\n\n');
}

/** Mulberry32: numbers from 0 to 1 that a seed brings back. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

/**
 * Makes numbered traces, and says on stdout which have ended. Its exporter takes some time, then writes into a file what has arrived, and
 * fails now and then.
 */
const program = `
import { appendFileSync, writeSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { flush, init, traceAgent } from ${JSON.stringify(packageUrl)};
const { spoolDir, arrived, run, count, failing } = JSON.parse(process.argv[2]);
init({
  spoolDir,
  onError: () => undefined,
  exporters: [{
    name: 'server',
    destination: 'somewhere',
    maxBatch: 8,
    async export(traces) {
      await later(Math.random() * 4);
      if (Math.random() < failing) throw new Error('busy');
      appendFileSync(arrived, traces.map(({ info }) => info.requestPreview.replace(/\\D+/g, ' ').trim() + '\\n').join(''));
    },
  }],
});
const agent = traceAgent((run, number) => 'x'.repeat(number % 7 === 0 ? 50_000 : 10), { name: 'agent' });
for (let number = 0; number < count; number += 1) {
  agent(run, number);
  writeSync(1, run + ' ' + number + '\\n');
  if (number % 3 === 0) await later(Math.random());
}
const { exporters } = await flush();
writeSync(1, 'flushed ' + JSON.stringify(exporters.server) + '\\n');
`;

interface Work {
  readonly spoolDir: string;
  readonly arrived: string;
  readonly run: number;
  readonly count: number;
  /** The share of calls that fail. */
  readonly failing: number;
}

describe('a program that is killed at any moment, again and again', () => {
  it('loses no trace that has ended, and delivers next to none twice', async () => {
    const { spoolDir, arrived } = newWork();
    const ended: string[] = [];
    const kills = 15;

    for (let run = 0; run < kills; run += 1) {
      const work = start({ spoolDir, arrived, run, count: 400, failing: 0.1 });
      await work.begun;
      await later(Math.random() * 120);
      ended.push(...(await work.kill()));
    }
    const last = start({ spoolDir, arrived, run: kills, count: 1, failing: 0 });
    ended.push(...(await last.ended));

    const delivered = linesOf(arrived);
    expect(ended.length).toBeGreaterThan(kills);
    expect(missing(ended, delivered)).toEqual([]);
    // Only a call that was under way when the program was killed is made again.
    expect(delivered.length - new Set(delivered).size).toBeLessThanOrEqual(kills * 8);
    expect(segmentsIn(spoolDir)).toEqual([]);
  });
});

describe('several programs with one spool', () => {
  it('deliver what each has made, and what those have left that were killed', async () => {
    const { spoolDir, arrived } = newWork();
    const works = [0, 1, 2, 3].map((run) => start({ spoolDir, arrived, run, count: 150, failing: 0.2 }));

    await Promise.all(works.map(({ begun }) => begun));
    await later(30);
    const killed = await Promise.all(works.slice(0, 2).map((work) => work.kill()));
    const finished = await Promise.all(works.slice(2).map((work) => work.ended));
    const heirs = [4, 5, 6].map((run) => start({ spoolDir, arrived, run, count: 20, failing: 0 }));
    const later3 = await Promise.all(heirs.map((work) => work.ended));

    const ended = [...killed, ...finished, ...later3].flat();
    expect(missing(ended, linesOf(arrived))).toEqual([]);
    expect(linesOf(arrived).length - new Set(linesOf(arrived)).size).toBeLessThanOrEqual(2 * 8);
    expect(segmentsIn(spoolDir)).toEqual([]);
  });
});

function newWork(): Pick<Work, 'spoolDir' | 'arrived'> {
  const folder = newFolder();
  const arrived = join(folder, 'arrived.txt');
  writeFileSync(arrived, '');
  return { spoolDir: join(folder, 'spool'), arrived };
}

/** What it says has ended is known when it is over, however that comes. */
function start(work: Work) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '', JSON.stringify(work)]);
  let said = '';
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const begun = new Promise<void>((done) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      done();
    });
    child.once('exit', () => done());
  });
  const ended = once(child, 'close').then(() => {
    expect(complaint).toBe('');
    return said.split('\n').filter((line) => /^\d+ \d+$/.test(line));
  });
  const kill = (): Promise<string[]> => {
    child.kill('SIGKILL');
    return ended;
  };
  return { begun, ended, kill };
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

function missing(ended: readonly string[], delivered: readonly string[]): string[] {
  const known = new Set(delivered);
  return ended.filter((line) => !known.has(line));
}

/** Not what was cut off in the middle of a trace that had not ended, and is set aside. */
function segmentsIn(spoolDir: string): string[] {
  return readdirSync(spoolDir, { recursive: true })
    .map(String)
    .filter((name) => /\.jsonl$/.test(name));
}

/*
 * What it costs to send traces to a real MLflow server, which it starts: `npm run bench:mlflow [-- --quick]`. Takes some minutes. All
 * figures of a row are of one run; the server has two workers on SQLite, on the same machine.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './measure.js';
import { startStandIns } from './mlflow/stand-ins.js';
import { printTable, withTarget } from './report.js';
import { bareEnvironment, progress } from './rounds.js';
import { deleteWithUs } from './scale/ended-with-us.js';
import { noMlflow, startMlflow } from './scale/mlflow.js';

const ours = 'traced-agents';
const isQuick = process.argv.includes('--quick');
const worker = fileURLToPath(new URL('mlflow/worker.js', import.meta.url));

const reason = noMlflow();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit();
}
const standIns = await startStandIns();
const folder = mkdtempSync(join(tmpdir(), 'bench-mlflow-'));
deleteWithUs(folder);
const mlflow = await startMlflow({
  storeUri: `sqlite:///${join(folder, 'mlflow.db')}`,
  folder: join(folder, 'server'),
});
const rows = [...(await throughput()), ...(await cpu()), ...(await calls()), ...(await burst())];
progress('');
printTable(rows, [ours]);
process.exit();

/**
 * Pairs are slow, and few of them tell as much. Rounds differ by a third: it is chance whether both connections of a client reach the
 * same worker of the server.
 */
async function throughput() {
  const rounds = [];
  for (let round = 0; round < (isQuick ? 1 : 9); round += 1) {
    const bodies = await measure('bodies', mlflow.url, 320);
    const exporter = await measure('exporter', mlflow.url, 320);
    const pairs = await measure('pairs', mlflow.url, 40);
    rounds.push({
      toBodies: exporter.perSecond / bodies.perSecond,
      toPairs: exporter.perSecond / pairs.perSecond,
      bodies,
      pairs,
    });
  }
  const base = (name) => `${median(rounds.map((round) => round[name].perSecond)).toFixed(0)}/s`;
  return [
    row(
      'throughput',
      'x ready bodies of 32',
      { base: base('bodies'), value: median(rounds.map(({ toBodies }) => toBodies)) },
      { least: 0.9 },
    ),
    row(
      'throughput',
      'x a pair a trace',
      { base: base('pairs'), value: median(rounds.map(({ toPairs }) => toPairs)) },
      { least: 4 },
    ),
  ];
}

async function cpu() {
  const { ratio, microseconds } = await measure('cpu', standIns.taking, isQuick ? 10 : 40);
  return [
    row(
      'client CPU a trace',
      'x stringify + gzip',
      { base: `${(microseconds / ratio).toFixed(0)} us`, value: ratio },
      { most: 2 },
    ),
  ];
}

async function burst() {
  const traces = isQuick ? 2000 : 10_000;
  const { lost, growthMb, waiting, dropped } = await measure('burst', mlflow.url, traces);
  if (waiting > 0 || lost > 0)
    console.log(`note: of ${traces} traces, ${waiting} wait on disk; dropped: ${JSON.stringify(dropped)}`);
  const what = `burst of ${traces}`;
  return [
    row(what, 'lost', { base: '', value: lost }, { most: 0 }),
    row(what, 'MB more RSS', { base: '', value: growthMb }, { most: 64 }),
  ];
}

async function calls() {
  const count = isQuick ? 2000 : 8000;
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    const none = await measure('calls', 'none', count);
    rounds.push({
      none,
      down: await measure('calls', standIns.down, count),
      hanging: await measure('calls', standIns.hanging, count),
    });
  }
  return ['down', 'hanging'].flatMap((state) => [
    row(
      `server ${state}: p99 of a call`,
      'ms more',
      { base: '', value: median(rounds.map((round) => round[state].p99 - round.none.p99)) },
      { most: 0.2 },
    ),
    row(
      `server ${state}: end of the process`,
      's',
      { base: '', value: median(rounds.map((round) => round[state].exitS)) },
      { most: 2.2 },
    ),
  ]);
}

function row(figure, of, { base, value }, target) {
  return withTarget({ figure, of, base, cells: new Map([[ours, value]]) }, target);
}

/** What the worker's last line says, and how long after it the process ended. */
async function measure(what, url, count) {
  progress(`${what} ${url}`);
  const options = { env: bareEnvironment(), timeout: 300_000, maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(process.execPath, [worker, what, url, String(count)], options);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1));
  return { ...result, exitS: (Date.now() - (result.doneAt ?? Date.now())) / 1000 };
}

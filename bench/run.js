/*
 * What tracing costs, as ratios within one run. `node bench/run.js [--quick] [--rounds N] [--only a,b] [--no-peers]`
 * Every subject runs in a process of its own; rounds are interleaved; figures are medians over the rounds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './measure.js';
import { fileRate, importRatio, installMb, memory } from './once.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    'no-peers': { type: 'boolean' },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 5));
const scale = flags.quick ? 0.4 : 1;
const ours = 'traced-agents';
const peers = ['langfuse', 'openinference', 'traceloop'];

install();
const subjects = ['limit', 'limit-otlp', 'otel', ours, ...(flags['no-peers'] ? [] : peers)].filter(
  (name) => flags.only === undefined || ['limit', 'limit-otlp', 'otel', ...flags.only.split(',')].includes(name),
);
const calls = measureAll('calls', 'async,sync,nested,medium,large,stream');
const bytes = measureAll('bytes', 'async,sync,nested', ['limit-otlp', ours]);
const off = measureAll('off', 'async,sync,nested,medium');
print();

/** The bench's own dependencies, and the package under test beside them. */
function install() {
  if (!existsSync(`${here}node_modules/@opentelemetry`)) {
    console.log('Installing what the bench compares with ...');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
  }
  mkdirSync(`${here}node_modules`, { recursive: true });
  if (!existsSync(`${here}node_modules/${ours}`)) symlinkSync('../..', `${here}node_modules/${ours}`, 'dir');
}

/** subject -> workload -> figure -> one value a round. */
function measureAll(mode, workloads, among = subjects) {
  const found = new Map(among.map((subject) => [subject, {}]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of among) {
      process.stderr.write(`\r${mode} ${round + 1}/${rounds} ${subject.padEnd(20)}`);
      for (const [workload, figures] of Object.entries(runWorker(subject, mode, workloads))) {
        const cells = found.get(subject);
        cells[workload] ??= { wall: [], cpu: [] };
        const cell = cells[workload];
        cell.wall.push(figures.wall);
        cell.cpu.push(figures.cpu);
      }
    }
  }
  process.stderr.write('\r'.padEnd(60) + '\r');
  return found;
}

function runWorker(subject, mode, workloads) {
  try {
    const output = execFileSync(process.execPath, ['worker.js', subject, mode, workloads, String(scale)], {
      cwd: here,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch (error) {
    console.log(`No row for ${subject} (${mode}): ${String(error.message).split('\n')[0]}`);
    return {};
  }
}

/** The median over the rounds of one subject's figure divided by another's in the same round. */
function ratio(found, [subject, base], workload, figure) {
  const values = found.get(subject)?.[workload]?.[figure] ?? [];
  const bases = found.get(base)?.[workload]?.[figure] ?? [];
  return median(values.map((value, round) => value / bases[round]));
}

function print() {
  const names = ['async', 'sync', 'nested', 'medium', 'large', 'stream'];
  console.log("\nTime on the caller's path per span (stream: per chunk), x limit");
  table(
    ['', ...names],
    subjects.map((subject) => [subject, ...names.map((name) => ratio(calls, [subject, 'limit'], name, 'wall'))]),
  );
  target(
    'small calls',
    ['async', 'sync', 'nested'].map((name) => ratio(calls, [ours, 'limit'], name, 'wall')),
    1.4,
  );
  target('8 KB in', [ratio(calls, [ours, 'limit'], 'medium', 'wall')], 1.4);
  target('200 KB in', [ratio(calls, [ours, 'limit'], 'large', 'wall')], 1.7);
  target('stream chunk', [ratio(calls, [ours, 'limit'], 'stream', 'wall')], 1);
  console.log('\nCPU until the exporter holds the bytes, x limit-otlp');
  table(
    ['', 'async', 'sync', 'nested'],
    [[ours, ...['async', 'sync', 'nested'].map((name) => ratio(bytes, [ours, 'limit-otlp'], name, 'cpu'))]],
  );
  target(
    'CPU to bytes',
    ['async', 'sync', 'nested'].map((name) => ratio(bytes, [ours, 'limit-otlp'], name, 'cpu')),
    1.75,
  );
  console.log('\nImported, never set up, x otel');
  const offNames = ['async', 'sync', 'nested', 'medium'];
  table(
    ['', ...offNames],
    subjects.map((subject) => [subject, ...offNames.map((name) => ratio(off, [subject, 'otel'], name, 'wall'))]),
  );
  target(
    'off',
    offNames.map((name) => ratio(off, [ours, 'otel'], name, 'wall')),
    0.25,
  );
  printOnce();
}

function printOnce() {
  const { received, rssMb, heapKb } = memory();
  console.log(`\n100 000 traces in a row: ${received} received, heap ${heapKb.toFixed(0)} KB more after 10 000 more`);
  target('peak memory over the start, MB', [rssMb], 60);
  target('import, x the dependencies alone', [importRatio(flags.quick ? 7 : 15)], 1.3);
  target('installed, MB', [installMb()], 6);
  const rate = fileRate(flags.quick ? 2000 : 10_000);
  console.log(
    `file exporter, x limit's batched rate: ${rate.toFixed(2)}  (at least 0.6: ${rate >= 0.6 ? 'ok' : 'UNDER'})`,
  );
}

function target(name, values, most) {
  const worst = Math.max(...values);
  console.log(`${name}: ${worst.toFixed(2)}  (at most ${most}: ${worst <= most ? 'ok' : 'OVER'})`);
}

function table(head, rows) {
  for (const row of [head, ...rows]) {
    const cells = row.map((cell) =>
      typeof cell === 'number' ? (Number.isFinite(cell) ? cell.toFixed(2) : '-') : cell,
    );
    console.log(cells.map((cell, column) => (column === 0 ? cell.padEnd(14) : cell.padStart(9))).join(''));
  }
}

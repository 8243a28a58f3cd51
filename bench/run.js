/*
 * What tracing costs, in one table. docs/overhead.md tells what is measured and how to read it.
 *
 * node bench/run.js [--quick] [--rounds N] [--only subject,...] [--workloads name,...] [--no-peers]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { conversation, fileRate, importTimes, installSize, memory } from './once.js';
import { printTable, ratioRow, withTarget } from './report.js';
import { progress, runRounds } from './rounds.js';

const ours = 'traced-agents';
const references = ['limit', 'limit-otlp', 'otel'];
const peers = ['langfuse', 'openinference', 'traceloop'];
const onWorkloads = ['async', 'sync', 'nested', 'medium', 'large', 'stream'];
const offWorkloads = ['async', 'sync', 'nested', 'medium'];

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    workloads: { type: 'string' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 11));
const milliseconds = flags.quick ? 25 : 50;
const subjects = chooseSubjects();
const notes = [];

if (!existsSync(new URL('../dist/bundle/index.js', import.meta.url))) {
  console.error("The package is not built. Run 'npm run build' first, or 'npm run bench', which does.");
  process.exit(1);
}
if (subjects.some((subject) => peers.includes(subject))) installPeers();
const callRows = await measureCalls();
const onceRows = flags.workloads === undefined ? measureOnce() : [];
progress('');
printTable([...callRows, ...onceRows], subjects);
for (const note of new Set(notes)) console.log(`note: ${note}`);

/** `--only` names what stands beside the references, without which there would be no ratios. */
function chooseSubjects() {
  const wanted = flags.only?.split(',');
  const known = [...references, ...(flags['no-peers'] ? [] : peers), ours];
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no subject '${unknown}'. Choose among ${known.join(', ')}.`);
    process.exit(1);
  }
  return known.filter((name) => wanted === undefined || references.includes(name) || wanted.includes(name));
}

/** The peers are the bench's own, so that the package's `npm ci` stays small. */
function installPeers() {
  if (existsSync(new URL('node_modules/.package-lock.json', import.meta.url))) return;
  console.log('Installing what the package is compared with (once) ...');
  const options = { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'ignore', 'inherit'] };
  const { status } = spawnSync('npm', ['ci'], { ...options, shell: process.platform === 'win32' });
  if (status !== 0) notes.push('npm ci in bench/ failed, so that peers are missing; run it again with a network.');
}

async function measureCalls() {
  const names = flags.workloads?.split(',');
  const chosen = (all) => all.filter((name) => names === undefined || names.includes(name));
  const plan = { subjects, rounds, milliseconds };
  const on = await runRounds({ ...plan, mode: 'on', workloads: chosen(onWorkloads) });
  const isOffWanted = names === undefined || names.includes('off');
  const off = await runRounds({ ...plan, mode: 'off', workloads: isOffWanted ? offWorkloads : [] });
  notes.push(...on.notes, ...off.notes);
  for (const [subject, lost] of on.lost) if (lost !== 0) notes.push(`${subject} lost ${lost} of what it was given`);
  return [
    ...chosen(onWorkloads).map((workload) => wallRow(on, workload)),
    ...chosen(onWorkloads).map((workload) => cpuRow(on, workload)),
    ...(isOffWanted ? offWorkloads : []).map((workload) =>
      withTarget(ratioRow({ results: off, figure: 'wall', base: 'otel', workload, label: 'off' }), { most: 0.25 }),
    ),
  ];
}

function wallRow(results, workload) {
  const row = ratioRow({ results, figure: 'wall', base: 'limit', workload, label: 'calls wall' });
  return withTarget(row, { most: { large: 1.7, stream: 1 }[workload] ?? 1.4 });
}

/** Small calls may take 1.75 times what the limit takes to write OTLP. */
function cpuRow(results, workload) {
  const row = ratioRow({ results, figure: 'cpu', base: 'limit', workload, label: 'calls cpu' });
  if (!['async', 'sync', 'nested'].includes(workload)) return row;
  const toOtlp = ratioRow({ results, figure: 'cpu', base: 'limit-otlp', workload, label: '' }).cells.get(ours);
  const own = row.cells.get(ours);
  if (toOtlp === undefined || own === undefined) return row;
  const most = (own / toOtlp) * 1.75;
  return withTarget(row, { most, text: `<= ${most.toFixed(2)}` });
}

function measureOnce() {
  const present = subjects.filter((subject) => !notes.some((note) => note.startsWith(`no ${subject} `)));
  const loaded = present.filter((subject) => !subject.startsWith('limit'));
  return [...memoryRows(loaded), ...fileRows(), ...conversationRows(), ...importRows(loaded)];
}

function memoryRows(loaded) {
  const traces = flags.quick ? 20_000 : 100_000;
  const label = `${traces / 1000}k traces`;
  const tight = new Map(loaded.map((subject) => [subject, tryMemory(subject, 'tight', traces)]));
  const turns = loaded.includes(ours) ? new Map([[ours, tryMemory(ours, 'turns', traces)]]) : new Map();
  const row = (figure, of, found, key) => ({
    figure,
    of,
    base: '',
    cells: new Map([...found].map(([subject, result]) => [subject, result[key]])),
  });
  return [
    withTarget(row(`${label} tight: lost`, 'share', tight, 'lostShare'), { most: 0 }),
    withTarget(row(`${label} tight: peak`, 'MB over set-up', tight, 'peakMb'), { most: 60 }),
    withTarget(row(`${label} tight: heap`, 'KB/10k traces', tight, 'heapKb'), { most: 100 }),
    withTarget(row(`${label} with turns: lost`, 'share', turns, 'lostShare'), { most: 0 }),
    withTarget(row(`${label} with turns: peak`, 'MB over set-up', turns, 'peakMb'), { most: 60 }),
    withTarget(row(`${label} with turns: heap`, 'KB/10k traces', turns, 'heapKb'), { most: 100 }),
  ];
}

/** One that fails leaves a note, not the others without their figures. */
function tryMemory(subject, pace, traces) {
  try {
    return memory(subject, pace, traces);
  } catch (error) {
    notes.push(`${subject} fails at memory: ${String(error.message).split('\n')[0]}`);
    return {};
  }
}

function fileRows() {
  if (!subjects.includes(ours)) return [];
  const { ratio, limitPerSecond, lost } = fileRate(flags.quick ? 3 : 7, flags.quick ? 3000 : 10_000);
  if (lost !== 0) notes.push(`${lost} traces are not in the file`);
  const base = `${limitPerSecond.toFixed(0)}/s`;
  const cells = new Map([
    ['limit', 1],
    [ours, ratio],
  ]);
  return [withTarget({ figure: 'file, 7 spans a trace', of: 'x limit rate', base, cells }, { least: 0.6 })];
}

function conversationRows() {
  if (!subjects.includes(ours)) return [];
  const { growth, reading } = conversation(flags.quick ? 10 : 30);
  const row = (figure, of, value) => ({ figure, of, base: '', cells: new Map([[ours, value]]) });
  return [
    // A turn may not cost more the more there were; what is above one is the noise of two medians.
    withTarget(row('turn 1 000', 'x turn 10', growth), { most: 1.2 }),
    withTarget(row('conversationOf, 5k spans', 'x JSON.stringify', reading), { most: 3 }),
  ];
}

function importRows(loaded) {
  const { ratios, referencesMs } = importTimes(loaded, flags.quick ? 5 : 15);
  const sizes = new Map(loaded.map((subject) => [subject, installSize(subject)]));
  const base = `${referencesMs.toFixed(1)} ms`;
  return [
    withTarget({ figure: 'import', of: 'x dependencies', base, cells: ratios }, { most: 1.3 }),
    withTarget({ figure: 'install', of: 'MB', base: '', cells: sizes }, { most: 6 }),
  ];
}

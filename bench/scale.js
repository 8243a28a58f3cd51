/*
 * Many programs and one MLflow server, on PostgreSQL and on SQLite: what they store in a second, what that costs each of them, and
 * what becomes of traces when a program ends before the server has all, and when the server is killed. docs/scale.md tells how to
 * read it. All that is started is ended, and nothing stays on disk.
 *
 * node bench/scale.js [--quick] [--traces N] [--stores postgresql,sqlite]
 */
import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from './measure.js';
import { printTable } from './report.js';
import { progress } from './rounds.js';
import { deleteWithUs } from './scale/ended-with-us.js';
import { noDriver, noMlflow, startMlflow } from './scale/mlflow.js';
import { findPostgres, startPostgres } from './scale/postgres.js';
import { runPrograms } from './scale/programs.js';

/** Every tenth trace of the programs is an error. */
const samplings = {
  all: {},
  'sampleRatio 0.1': { sampleRatio: 0.1 },
  'keep errors': { sampleRatio: 0, keep: { errors: true } },
};
const longestMs = 6 * 60_000;
const spansPerTrace = 10;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    traces: { type: 'string' },
    stores: { type: 'string', default: 'postgresql,sqlite' },
  },
});
const counts = flags.quick ? [1, 4] : [1, 2, 4, 8];
const rounds = flags.quick ? 1 : 3;
const traces = Number(flags.traces ?? (flags.quick ? 48 : 96));

if (!existsSync(new URL('../dist/bundle/index.js', import.meta.url))) {
  console.error("The package is not built. Run 'npm run build' first, or 'npm run bench:scale', which does.");
  process.exit(1);
}
const reason = noMlflow();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
setTimeout(() => {
  console.error(`It did not end within ${longestMs / 60_000} minutes.`);
  process.exit(1);
}, longestMs).unref();

const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
deleteWithUs(folder);
chmodSync(folder, 0o711); // PostgreSQL's user passes through
const results = new Map();
for (const store of flags.stores.split(',')) {
  const found =
    store === 'postgresql'
      ? await measureOnPostgres()
      : await measure(store, { storeUri: `sqlite:///${join(folder, 'mlflow.db')}` });
  if (found !== undefined) results.set(store, found);
}
progress('');
if (results.size === 0) process.exit(0);
console.log(`${traces} traces of ${spansPerTrace} spans a program; columns: programs at once`);
printTable([...[...results].flatMap(([store, found]) => countRows(store, found)), ...comparison()], counts.map(String));
printSamplings();
printOutages();
const lost = [...results.values()]
  .flatMap(({ byCount, bySampling, outages }) => [byCount, bySampling, outages].flatMap((runs) => [...runs.values()]))
  .some((run) => run.lost !== 0);
process.exit(lost ? 1 : 0);

async function measureOnPostgres() {
  const place = findPostgres();
  const skip = place.skip ?? noDriver();
  if (skip !== undefined) {
    console.log(`postgresql skipped: ${skip}`);
    return undefined;
  }
  progress('postgresql starts');
  const postgres = await startPostgres({ bin: place.bin, folder: join(folder, 'postgres') });
  const found = await measure('postgresql', { storeUri: postgres.uri, database: postgres });
  await postgres.stop();
  return found;
}

async function measure(store, { storeUri, database }) {
  progress(`${store}: the server starts`);
  const server = await startMlflow({ storeUri, folder: join(folder, store) });
  const site = { store, server };
  await runPrograms(workOf(site, 'warm-up', { processes: 2, traces: 64, way: 'stay' })); // one for each worker
  const byCount = await measureCounts(site);
  const bySampling = new Map();
  for (const [name, sampling] of Object.entries(samplings))
    bySampling.set(name, await measureSampling(site, name, sampling));
  const outages = new Map();
  outages.set('server', await measureOutage(site, { what: 'server', stop: server.kill, start: server.restart }));
  if (database !== undefined)
    outages.set(
      'database',
      await measureOutage(site, { what: 'database', stop: database.crash, start: database.restart }),
    );
  await server.kill();
  return { byCount, bySampling, outages };
}

/** Programs that wait until all is stored: each number of them in each round, so that what slows the machine for a while slows all. */
async function measureStays(site) {
  const runs = new Map(counts.map((processes) => [processes, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const processes of counts) {
      progress(`${site.store} ${round}/${rounds}: ${processes} programs`);
      const work = workOf(site, `${processes} that stay, ${round}`, { processes, traces, way: 'stay' });
      const run = await runPrograms(work);
      runs.get(processes).push({ ...run, perSecond: run.recorded / run.seconds, lost: lostOf(site, work, [run]) });
    }
  }
  return runs;
}

/** Programs that end when they have no more to do, and those that come after them. */
async function measureEnds(site, processes) {
  progress(`${site.store}: ${processes} programs that end`);
  const work = workOf(site, `${processes} that end`, { processes, traces, way: 'end' });
  const ended = await runPrograms(work);
  const next = await runPrograms({ ...work, traces: 1, way: 'stay' });
  return {
    exitMs: ended.longestExitMs,
    spooledShare: ended.spooled / ended.recorded,
    spooled: ended.spooled,
    recovered: next.recovered,
    lost: lostOf(site, work, [ended, next]),
  };
}

async function measureCounts(site) {
  const found = new Map();
  for (const [processes, stays] of await measureStays(site)) {
    const ends = await measureEnds(site, processes);
    const sum = (figure) => stays.reduce((total, run) => total + figure(run), 0);
    found.set(processes, {
      ...ends,
      perSecond: median(stays.map((run) => run.perSecond)),
      cpuMs: median(stays.map((run) => run.cpuMsPerTrace)),
      refusedShare: sum((run) => run.refused + run.unanswered) / sum((run) => run.sent),
      lost: ends.lost + sum((run) => run.lost),
    });
  }
  return found;
}

async function measureSampling(site, name, sampling) {
  progress(`${site.store}: ${name}`);
  const work = workOf(site, name, { processes: 4, traces, way: 'stay', sampling });
  const run = await runPrograms(work);
  return { ...run, keptShare: run.recorded / (work.processes * traces), lost: lostOf(site, work, [run]) };
}

/** When a part of what four programs have to send is stored, something stops at once, and starts again. */
async function measureOutage(site, { what, stop, start }) {
  progress(`${site.store}: the ${what} is killed`);
  const work = workOf(site, `the ${what} killed`, { processes: 4, traces: traces * 2, way: 'stay' });
  let storedBefore = 0;
  const run = await runPrograms(work, async () => {
    for (const since = Date.now(); storedBefore < traces && Date.now() - since < 20_000; ) {
      await later(200);
      storedBefore = site.server.stored(work.experiment).traces;
    }
    await stop();
    await start();
  });
  return { ...run, storedBefore, lost: lostOf(site, work, [run]) };
}

function workOf({ store, server }, experiment, work) {
  const spoolDir = join(folder, 'spool', store, experiment.replaceAll(' ', '-'));
  return { trackingUri: server.url, experiment, spoolDir, ...work };
}

/** Traces that were recorded and are not in the tables, or not with all their spans; negative where some are there twice. */
function lostOf({ server }, { experiment }, runs) {
  const stored = server.stored(experiment);
  const recorded = runs.reduce((sum, run) => sum + run.recorded, 0);
  return Math.max(recorded - stored.traces, recorded - stored.spans / spansPerTrace);
}

/** A row for each figure, a column for each number of programs. */
function countRows(store, { byCount }) {
  const one = byCount.get(1);
  const row = (figure, { of = 'share', base = '', value, most }) => {
    const cells = new Map(counts.map((count) => [String(count), value(byCount.get(count))]));
    const worst = Math.max(...cells.values());
    return {
      figure: `${store}: ${figure}`,
      of,
      base,
      cells,
      ...(most === undefined ? {} : { target: target(worst, most) }),
    };
  };
  return [
    row('stored a second', {
      of: 'x one program',
      base: `${one.perSecond.toFixed(0)}/s`,
      value: (run) => run.perSecond / one.perSecond,
    }),
    row('client CPU a trace', {
      of: 'x one program',
      base: `${one.cpuMs.toFixed(1)} ms`,
      value: (run) => run.cpuMs / one.cpuMs,
    }),
    row('requests refused, sent again', { value: (run) => run.refusedShare }),
    row('end of the program', { of: 's', value: (run) => run.exitMs / 1000 }),
    row('spooled at the end', { value: (run) => run.spooledShare }),
    row('delivered by the next', {
      of: 'x spooled',
      value: (run) => (run.spooled === 0 ? undefined : run.recovered / run.spooled),
    }),
    row('lost', { of: 'traces', value: (run) => run.lost, most: 0 }),
  ];
}

/** The same pairs of figures, side by side. */
function comparison() {
  const [postgres, sqlite] = [results.get('postgresql'), results.get('sqlite')];
  if (postgres === undefined || sqlite === undefined) return [];
  const ratios = counts.map((count) => [
    String(count),
    postgres.byCount.get(count).perSecond / sqlite.byCount.get(count).perSecond,
  ]);
  return [{ figure: 'postgresql: stored a second', of: 'x sqlite', base: '', cells: new Map(ratios) }];
}

/** A column for each way to keep fewer traces. */
function printSamplings() {
  console.log('\nkept by ratio, or only where there was an error, which is one in ten (4 programs):');
  printTable([...results].flatMap(samplingRows), Object.keys(samplings));
}

function samplingRows([store, { bySampling }]) {
  const all = bySampling.get('all');
  const row = (figure, of, value) => {
    const cells = new Map([...bySampling].map(([name, run]) => [name, value(run)]));
    return { figure: `${store}: ${figure}`, of, base: '', cells };
  };
  return [
    row('kept', 'share', (run) => run.keptShare),
    row('client CPU a call', 'x all', (run) => run.cpuMs / all.cpuMs),
    row('requests', 'x all', (run) => run.sent / all.sent),
    row('until all is stored', 'x all', (run) => run.seconds / all.seconds),
  ];
}

/** A column for each thing that was killed. */
function printOutages() {
  const runs = [...results].flatMap(([store, { outages }]) =>
    [...outages].map(([what, run]) => [`${store}: ${what}`, run]),
  );
  const row = (figure, of, value) => ({
    figure,
    of,
    base: '',
    cells: new Map(runs.map(([name, run]) => [name, value(run)])),
  });
  const lostRow = row('lost', 'traces', (run) => run.lost);
  const columns = runs.map(([name]) => name);
  console.log('\nkilled in the middle, and started again (4 programs):');
  printTable(
    [
      row('stored before', 'share', (run) => run.storedBefore / run.recorded),
      row('requests refused', 'share', (run) => run.refused / run.sent),
      row('requests unanswered', 'share', (run) => run.unanswered / run.sent),
      { ...lostRow, target: target(Math.max(...lostRow.cells.values()), 0) },
    ],
    columns,
  );
}

function target(value, most) {
  return { value, most, text: `<= ${most}` };
}

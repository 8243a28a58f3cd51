/*
 * One measurement in a process of its own: `node worker.js <what> <url> [count]`. Its last line of output is JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { flush, init, MlflowExporter, shutdown, stats } from '../../dist/bundle/index.js';
import { median } from '../measure.js';
import { bodiesOf, countTraces, newExperiment, sendBodies, sendPairs } from './clients.js';
import { recordTraces, runAgent, search } from './traces.js';

const { signal } = new AbortController();
const spoolDir = mkdtempSync(join(tmpdir(), 'bench-spool-'));
process.on('exit', () => rmSync(spoolDir, { recursive: true, force: true }));
const [, , what, url, count] = process.argv;
const measurements = { exporter, bodies, pairs, cpu, burst, calls };
console.log(JSON.stringify(await measurements[what](Number(count))));

/** As a program has it: queue, spool and all; from the first call until the server has the last trace. */
async function exporter(traces) {
  const experimentId = await newExperiment(url);
  const options = { exporters: [new MlflowExporter({ trackingUri: url, experimentId })], spoolDir };
  init({ ...options, shutdownTimeoutMs: 120_000 });
  await runAgent(32);
  await flush();
  return await timed(traces, async () => {
    await runAgent(traces);
    await flush();
  });
}

async function bodies(traces) {
  const experimentId = await newExperiment(url);
  const made = bodiesOf(await recordTraces(traces + 32));
  await sendBodies(url, experimentId, made.splice(0, 1));
  return await timed(traces, () => sendBodies(url, experimentId, made));
}

async function pairs(traces) {
  const experimentId = await newExperiment(url);
  const recorded = await recordTraces(traces + 4);
  await sendPairs(url, experimentId, recorded.splice(0, 4));
  return await timed(traces, () => sendPairs(url, experimentId, recorded));
}

/** All threads of the process, against a server that takes all at once: sending over writing the same as JSON and packing it. */
async function cpu(rounds) {
  const recorded = await recordTraces(320);
  const plain = recorded.map((trace) => trace.toJSON());
  const mlflow = new MlflowExporter({ trackingUri: url, experiment: 'bench' });
  const zip = promisify(gzip);
  const ours = () => inBatches(recorded, (batch) => mlflow.export(batch, { signal }));
  const reference = () => inBatches(plain, (batch) => zip(batch.map((trace) => JSON.stringify(trace)).join('\n')));
  const ratios = [];
  const own = [];
  for (let round = -3; round < rounds; round += 1) {
    const [mine, base] = [await cpuOf(ours), await cpuOf(reference)];
    if (round >= 0) ratios.push(mine / base);
    if (round >= 0) own.push(mine / recorded.length);
  }
  return { ratio: median(ratios), microseconds: median(own) };
}

/** More than the server takes meanwhile: what is in memory, and what arrives. */
async function burst(traces) {
  const experimentId = await newExperiment(url);
  const options = { exporters: [new MlflowExporter({ trackingUri: url, experimentId })], spoolDir };
  init({ ...options, shutdownTimeoutMs: 200_000 });
  await runAgent(200);
  await flush();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  await runAgent(traces);
  await flush();
  clearInterval(timer);
  const { mlflow } = stats().exporters;
  const waiting = mlflow.spooled + mlflow.queued;
  const stored = await countTraces(url, experimentId);
  return { lost: traces + 200 - stored - waiting, waiting, growthMb: (peak - before) / 1e6, dropped: mlflow.dropped };
}

/** What a call of a tool takes while nobody answers (`url`: or while there is no exporter), and when the program was done. */
async function calls(count) {
  const exporters = url === 'none' ? [] : [new MlflowExporter({ trackingUri: url, experimentId: '1' })];
  init({ exporters, spoolDir, onError: () => undefined });
  const times = new Float64Array(count);
  for (let index = -1000; index < count; index += 1) {
    const since = performance.now();
    await search('How long does it take?');
    if (index >= 0) times[index] = performance.now() - since;
    if (index % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  times.sort();
  return { p99: times[Math.floor(count * 0.99)], doneAt: Date.now() };
}

async function timed(traces, act) {
  const since = performance.now();
  await act();
  const perSecond = (traces / (performance.now() - since)) * 1000;
  await shutdown();
  return { perSecond };
}

async function inBatches(items, act) {
  for (let start = 0; start < items.length; start += 32) await act(items.slice(start, start + 32));
}

async function cpuOf(act) {
  const since = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/*
 * Traces in a row, in a process of its own: `tight` without a turn of the event loop between them, `turns` with one. Prints what
 * arrived, the peak over the set-up program (MB), and what the heap gains once all buffers are full (KB in 10 000 traces).
 */
import { Sink } from './measure.js';
import { nestedAgent } from './workloads.js';

const [, , subject, pace, count] = process.argv;
const traces = Number(count);
const sink = new Sink();
const { setUp, wrappers, exportsTraces = false } = await import(`./subjects/${subject}.js`);
// In a row without a turn of the loop nothing can leave a queue: what may not be lost is delivered inline.
const { flush } = await setUp(sink, { delivery: 'inline' });
const agent = nestedAgent(wrappers());

const start = process.memoryUsage().rss;
await runTraces(traces);
const peak = process.resourceUsage().maxRSS * 1024;
await flush();
const lost = traces * (exportsTraces ? 1 : 7) - sink.received;
globalThis.gc();
const heap = process.memoryUsage().heapUsed;
await runTraces(traces / 2);
await flush();
globalThis.gc();
const gained = process.memoryUsage().heapUsed - heap;

console.log(
  JSON.stringify({
    lostShare: lost / (traces * (exportsTraces ? 1 : 7)),
    peakMb: (peak - start) / 1e6,
    heapKb: gained / 1e3 / (traces / 20_000),
  }),
);
process.exit();

async function runTraces(many) {
  for (let index = 0; index < many; index += 1) {
    await agent(`question ${index}`);
    if (pace === 'turns') await new Promise(setImmediate);
  }
}

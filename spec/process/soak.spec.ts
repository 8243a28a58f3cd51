import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

interface Soak {
  readonly received: number;
  readonly stats: { readonly started: number; readonly recorded: number; readonly open: number };
  /** Bytes. */
  readonly heapGrowth: number;
  readonly rssOverStart: number;
}

/** Runs traces of seven spans in a process of its own, and tells what became of them. */
async function soak(loop: string): Promise<Soak> {
  const program = `
    import { init, traceAgent, traceLLM, traceTool, stats } from ${JSON.stringify(packageUrl)};
    let received = 0;
    init({ exporters: [{ name: 'counting', delivery: 'inline', export: (traces) => { received += traces.length; } }] });
    const tool = traceTool((a) => ({ a }), { name: 'tool' });
    const llm = traceLLM((m) => ({ content: m }), { name: 'llm' });
    const agent = traceAgent((q) => { for (let i = 0; i < 3; i += 1) { llm(q); tool(q); } return q; }, { name: 'agent' });
    const never = traceAgent((q) => new Promise(() => undefined), { name: 'never' });
    let peak = 0;
    const look = () => { peak = Math.max(peak, process.memoryUsage().rss); };
    for (let i = 0; i < 10000; i += 1) agent('warm ' + i);
    global.gc();
    const heap = process.memoryUsage().heapUsed;
    const start = process.memoryUsage().rss;
    ${loop}
    global.gc();
    console.log(JSON.stringify({ received, stats: stats(), heapGrowth: process.memoryUsage().heapUsed - heap, rssOverStart: peak - start }));`;
  const args = ['--expose-gc', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Soak;
}

describe('100 000 traces in a row', () => {
  it('in a tight loop: none is lost, and the heap does not grow', async () => {
    const result = await soak(
      `for (let i = 0; i < 100000; i += 1) { agent('question ' + i); if (i % 1000 === 0) look(); }`,
    );

    expect(result.received).toBe(110_000);
    expect(result.stats).toMatchObject({ started: 110_000, recorded: 110_000, open: 0 });
    expect(result.heapGrowth).toBeLessThan(2_000_000);
    // A fifth of this or less, as the system and the collector please; all traces at once would take twice as much.
    expect(result.rssOverStart).toBeLessThan(300_000_000);
  });

  it('that never end: they are bounded, and the oldest leave', async () => {
    const result = await soak(
      `for (let i = 0; i < 100000; i += 1) { void never('question ' + i); if (i % 1000 === 0) look(); }`,
    );

    expect(result.stats).toMatchObject({ started: 110_000, open: 10_000 });
    expect(result.received).toBe(100_000);
    expect(result.heapGrowth).toBeLessThan(60_000_000);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { flush, InMemoryExporter, init, shutdown, traceAgent, traceTool } from '../../lib/index.js';

afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await shutdown();
});

describe('A test that fakes timers', () => {
  it('finds none of tracing among its own', () => {
    vi.useFakeTimers();
    init({ exporters: [] });
    traceTool(() => {
      void traceTool(() => new Promise(() => undefined), { name: 'left behind' })();
    })();

    const timers = vi.getTimerCount();

    expect(timers).toBe(0);
  });

  it('does not hang in flush(), and has its traces', async () => {
    vi.useFakeTimers();
    const memory = new InMemoryExporter();
    init({ exporters: [memory], lateSpanMs: 10 });
    traceTool(() => {
      void traceTool(() => new Promise(() => undefined), { name: 'left behind' })();
    })();

    await flush();

    expect(memory.traces.length).toBe(1);
  });

  it('may have timers that are numbers, as those of jsdom are', async () => {
    vi.stubGlobal('setTimeout', () => 1);
    vi.stubGlobal('setInterval', () => 2);
    vi.stubGlobal('setImmediate', undefined);
    const received: string[] = [];
    init({
      exporters: [
        { name: 'queued', export: (traces) => void received.push(...traces.map((t) => t.data.spans[0]?.name ?? '')) },
      ],
    });
    traceAgent((city: string) => city, { name: 'sky', budget: { ms: 1000 } })('Paris');

    await flush();

    expect(received).toEqual(['sky']);
  });
});

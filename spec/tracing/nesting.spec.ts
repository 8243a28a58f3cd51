import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import {
  getCurrentSpan,
  getLastActiveTraceId,
  shutdown,
  traceAgent,
  traceConversation,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const tool = (name: string) => traceTool((value?: unknown) => value, { name });

describe('nesting', () => {
  it('follows await, timers, microtasks and Promise.all', async () => {
    const memory = recordInMemory();
    const run = traceAgent(
      async () => {
        await later();
        tool('after await')();
        await new Promise<void>((resolve) => {
          setTimeout(() => {
            tool('in a timer')();
            resolve();
          }, 1);
        });
        await Promise.all([Promise.resolve().then(() => tool('left')()), later().then(() => tool('right')())]);
        queueMicrotask(() => tool('in a microtask')());
        await later();
      },
      { name: 'root' },
    );

    await run();

    expect(memory.traces.map(treeOf)).toEqual(['root[after await in a timer left right in a microtask]']);
  });

  it('goes deeper than the stack does', async () => {
    const memory = recordInMemory();
    const step = traceAgent(
      async (left: number): Promise<void> => {
        await Promise.resolve();
        if (left > 0) await step(left - 1);
        else traceConversation('deepest', () => tool('look')());
      },
      { name: 'step' },
    );

    await step(20_000);

    expect(memory.traces[0]?.data.spans).toHaveLength(20_003);
  });

  it('gives work from a queue to the trace that put it there', async () => {
    const memory = recordInMemory();
    const queue: (() => void)[] = [];
    const work = (async () => {
      for (let done = 0; done < 2; ) {
        await later();
        const job = queue.shift();
        if (job === undefined) continue;
        job();
        done += 1;
      }
    })();
    const put = (name: string) =>
      traceAgent(
        () =>
          new Promise<void>((resolve) => {
            queue.push(
              AsyncResource.bind(() => {
                tool(`work of ${name}`)();
                resolve();
              }),
            );
          }),
        { name },
      );

    await Promise.all([put('a')(), put('b')(), work]);

    expect(memory.traces.map(treeOf).sort()).toEqual(['a[work of a]', 'b[work of b]']);
  });

  it('keeps a listener in the context of the one who emits', () => {
    const memory = recordInMemory();
    const emitter = new EventEmitter().on('event', () => tool('listener')());

    traceAgent(() => emitter.emit('event'), { name: 'emitter' })();

    expect(memory.traces.map(treeOf)).toEqual(['emitter[listener]']);
  });

  it('begins a new trace, linked to the old one, when that has left', async () => {
    const memory = recordInMemory();
    let late: Promise<unknown> = Promise.resolve();
    const root = traceAgent(
      () => {
        late = later(20).then(() => tool('straggler')());
      },
      { name: 'root' },
    );

    root();
    await late;

    const [first, second] = memory.traces;
    expect(memory.traces.map(treeOf)).toEqual(['root', 'straggler']);
    expect(second?.data.spans[0]?.links).toEqual([
      { traceId: first?.info.traceId.slice(3), spanId: first?.data.spans[0]?.spanId, attributes: {} },
    ]);
  });

  it('tells the current span and trace inside, and the last trace outside', async () => {
    recordInMemory();
    const inside: (string | undefined)[] = [];

    await traceAgent(
      async () => {
        await later();
        inside.push(getLastActiveTraceId(), `tr-${getCurrentSpan().spanContext().traceId}`);
      },
      { name: 'root' },
    )();

    expect(inside[0]).toBe(inside[1]);
    expect(getLastActiveTraceId()).toBe(inside[0]);
    expect(getCurrentSpan().isRecording()).toBe(false);
  });
});

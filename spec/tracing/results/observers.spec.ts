import { Readable } from 'node:stream';
import { flush, shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, treeOf } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const manyCalls = 12_000;

class Cached extends Promise<number> {}

async function* letters(): AsyncGenerator<string> {
  yield 'a';
  yield 'b';
}

function callOften(call: () => unknown): void {
  for (let index = 0; index < manyCalls; index += 1) call();
}

async function drain(chunks: AsyncIterable<unknown>): Promise<unknown[]> {
  const drained: unknown[] = [];
  for await (const chunk of chunks) drained.push(chunk);
  return drained;
}

describe('an object that a traced function returns again and again', () => {
  it('may be a thenable', async () => {
    recordInMemory();
    const cached = Cached.resolve(1);
    const ask = traceTool(() => cached, { name: 'ask' });

    callOften(ask);

    expect([await ask(), await ask().finally(() => undefined)]).toEqual([1, 1]);
  });

  it('may be a generator', async () => {
    recordInMemory();
    const cached = letters();
    const ask = traceTool(() => cached, { name: 'ask' });

    callOften(ask);

    expect(await drain(ask())).toEqual(['a', 'b']);
  });

  it('may be an iterable', async () => {
    recordInMemory();
    const cached = { [Symbol.asyncIterator]: letters };
    const ask = traceTool(() => cached, { name: 'ask' });

    callOften(ask);

    expect([await drain(ask()), await drain(ask())]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('may be a web stream', async () => {
    recordInMemory();
    const cached = ReadableStream.from(['a', 'b']);
    const ask = traceTool(() => cached, { name: 'ask' });

    callOften(ask);

    expect(await drain(ask())).toEqual(['a', 'b']);
  });

  it('may be a Node stream', async () => {
    recordInMemory();
    const cached = Readable.from(['a', 'b']);
    const ask = traceTool(() => cached, { name: 'ask' });

    callOften(ask);

    expect(await drain(ask())).toEqual(['a', 'b']);
  });

  it('ends the spans of all calls that wait for it', async () => {
    const memory = recordInMemory();
    const cached = Cached.resolve(1);
    const ask = traceTool(() => cached, { name: 'ask' });

    void ask(); // whoever awaits the object later sees its outcome
    await ask();
    await ask();

    expect(memory.traces.map((trace) => trace.data.spans[0]?.outputs)).toEqual([1, 1, 1]);
  });

  it('is that of each call that makes an iterator of it', async () => {
    const memory = recordInMemory();
    const cached = { [Symbol.asyncIterator]: letters };
    const ask = traceTool(() => cached, { name: 'ask' });

    await drain(ask());
    await drain(ask());

    expect(memory.traces.map((trace) => trace.data.spans[0]?.outputs)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('runs in the span of the innermost call that gave it', async () => {
    const memory = recordInMemory();
    const step = traceTool(() => 1, { name: 'step' });
    const inner = traceTool(
      async function* () {
        yield step();
      },
      { name: 'inner' },
    );
    const outer = traceTool(() => inner(), { name: 'outer' });

    await drain(outer());
    await flush();

    expect(treeOf(memory.traces[0])).toBe('outer[inner[step]]');
  });
});

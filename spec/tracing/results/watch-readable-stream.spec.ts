import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../../support/recording.js';
import { outcomeOf, settlementOf } from '../../support/variants.js';

afterEach(async () => {
  await shutdown();
});

const cancelled = 'traced_agents.stream.cancelled';

/** A source of numbers that tells when it is asked and cancelled. */
function source(to: number, highWaterMark = 0) {
  const log: string[] = [];
  let next = 0;
  const stream = new ReadableStream<number>(
    {
      pull(controller) {
        next += 1;
        log.push(`pull ${next}`);
        controller.enqueue(next);
        if (next === to) controller.close();
      },
      cancel: (reason) => void log.push(`cancel ${String(reason)}`),
    },
    { highWaterMark },
  );
  return { stream, log };
}

function sink(highWaterMark = 1) {
  const got: number[] = [];
  return { got, stream: new WritableStream<number>({ write: (n) => void got.push(n) }, { highWaterMark }) };
}

/** The same on a stream that is traced, and on one that is not. */
async function bothWays<Result>(run: (give: (stream: ReadableStream<number>) => ReadableStream<number>) => Result) {
  const untraced = await run((stream) => stream);
  const memory = recordInMemory({ lateSpanMs: 5 });
  const traced = await run(traceTool((stream: ReadableStream<number>) => stream, { name: 'stream' }));
  return { untraced, traced, memory };
}

describe('pipeTo() of a traced stream', () => {
  it('finishes the span, whatever its options', async () => {
    const options = { preventCancel: true, preventClose: true, signal: new AbortController().signal };
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const { got, stream } = sink();
      await give(source(3).stream).pipeTo(stream, options);
      return [got, stream.locked];
    });

    expect(traced).toEqual(untraced);
    const span = spanNamed(memory, 'stream');
    expect([span.outputs, span.getAttribute(cancelled)]).toEqual([[1, 2, 3], undefined]);
  });

  it('leaves the stream to others where the destination is taken', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const stream = give(source(2).stream);
      const taken = new WritableStream();
      taken.getWriter();
      const refused = await settlementOf(stream.pipeTo(taken));
      const through = outcomeOf(() => stream.pipeThrough({ writable: taken, readable: new ReadableStream() }));
      const nowhere = await settlementOf(stream.pipeTo(undefined as unknown as WritableStream));
      const isLocked = stream.locked;
      return [String(Object.values(refused)), Object.keys(through), Object.keys(nowhere), isLocked, await read(stream)];
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').outputs).toEqual([1, 2]);
  });

  it('may be refused for its options alone', async () => {
    const bad = { signal: 1 } as unknown as { signal: AbortSignal };
    const { traced, untraced } = await bothWays(async (give) => {
      const stream = give(source(2).stream);
      const refused = await settlementOf(stream.pipeTo(sink().stream, bad));
      const through = outcomeOf(() => stream.pipeThrough(new TransformStream(), bad));
      return [Object.keys(refused), Object.keys(through), stream.locked];
    });

    expect(traced).toEqual(untraced);
  });

  it('asks for no more than untraced when it is aborted, and leaves the rest to be read', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const { log, stream } = source(3);
      const given = give(stream);
      const controller = new AbortController();
      const stuck = new WritableStream<number>({ write: () => later(5) }, { highWaterMark: 1 });
      const piping = settlementOf(given.pipeTo(stuck, { preventCancel: true, signal: controller.signal }));
      await later(1);
      controller.abort('enough');
      const settled = await piping;
      return [settled, given.locked, await read(given), log];
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').outputs).toEqual([1, 2, 3]);
  });

  it('cancels the source as untraced, and the span with it', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const { log, stream } = source(3);
      const given = give(stream);
      const broken = new WritableStream<number>({
        write: (n) => {
          if (n === 2) throw new Error('full');
        },
      });
      return [await settlementOf(given.pipeTo(broken)), given.locked, log];
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').getAttribute(cancelled)).toBe(true);
  });

  it('ends with its source, though the destination is not ready for more', async () => {
    const { traced, untraced } = await bothWays(async (give) => {
      const closed = new ReadableStream<number>({ start: (controller) => controller.close() });
      const broken = new ReadableStream<number>({ start: (controller) => controller.error('broken') });
      return [
        await settlementOf(give(closed).pipeTo(sink(0).stream)),
        await settlementOf(give(broken).pipeTo(sink(0).stream)),
      ];
    });

    expect(traced).toEqual(untraced);
  });

  it('writes the last chunk of a source that closes with it', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const { got, stream } = sink();
      await give(source(3, 5).stream).pipeTo(stream);
      return got;
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').outputs).toEqual([1, 2, 3]);
  });
});

describe('pipeThrough() of a traced stream', () => {
  it('asks for nothing before somebody reads', async () => {
    const { traced, untraced } = await bothWays(async (give) => {
      const { log, stream } = source(3);
      const lazy = new TransformStream<number, number>({}, { highWaterMark: 0 }, { highWaterMark: 0 });
      give(stream).pipeThrough(lazy);
      await later(5);
      return [...log];
    });

    expect(traced).toEqual(untraced);
  });

  it('asks for no more than untraced', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const { log, stream } = source(9);
      const doubled = give(stream).pipeThrough(new TransformStream<number, number>());
      await later(5);
      const before = log.length;
      const reader = doubled.getReader();
      const first = await reader.read();
      await reader.cancel('enough');
      return [before, first, log];
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').getAttribute(cancelled)).toBe(true);
  });

  it('hands the stream back when its reader stops without cancelling it', async () => {
    const { traced, untraced, memory } = await bothWays(async (give) => {
      const given = give(source(9).stream);
      const reader = given.pipeThrough(new TransformStream(), { preventCancel: true }).getReader();
      const first = await reader.read();
      await reader.cancel('enough');
      await later(5);
      return [first, given.locked, (await read(given)).at(-1)];
    });

    expect(traced).toEqual(untraced);
    expect(spanNamed(memory, 'stream').getAttribute(cancelled)).toBeUndefined();
  });
});

async function read(stream: ReadableStream<number>): Promise<number[]> {
  const chunks: number[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** As LangChain's streams: its own iterator, which takes a reader for the first step. */
class OwnIterator extends ReadableStream<number> {
  #reader: ReadableStreamDefaultReader<number> | undefined;
  next() {
    this.#reader ??= this.getReader();
    return this.#reader.read();
  }
  async return() {
    await this.#reader?.cancel();
    this.#reader?.releaseLock();
    return { done: true as const, value: undefined };
  }
  override [Symbol.asyncIterator]() {
    return this as never;
  }
}

/** As where runtimes lacked iteration, and as the AI SDK's. */
class GeneratedIterator extends ReadableStream<number> {
  override async *[Symbol.asyncIterator](): ReturnType<ReadableStream<number>['values']> {
    const reader = this.getReader();
    try {
      for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
    } finally {
      reader.releaseLock();
    }
  }
}

describe.each([
  ['that is its own iterator', OwnIterator],
  ['whose iterator takes a reader', GeneratedIterator],
])('a stream %s', (_case, Stream) => {
  const give = traceTool(
    () =>
      new Stream({
        start(controller) {
          for (const n of [1, 2, 3]) controller.enqueue(n);
          controller.close();
        },
      }),
    { name: 'stream' },
  );

  it('is recorded once as it is iterated', async () => {
    const memory = recordInMemory();
    const got: number[] = [];

    for await (const n of give()) got.push(n);

    expect(got).toEqual([1, 2, 3]);
    expect(spanNamed(memory, 'stream').outputs).toEqual([1, 2, 3]);
  });

  it('is recorded by each call that gave it', async () => {
    const memory = recordInMemory();
    const got: number[] = [];

    for await (const n of await traceTool(async () => give(), { name: 'outer' })()) got.push(n);

    expect(got).toEqual([1, 2, 3]);
    expect([spanNamed(memory, 'stream').outputs, spanNamed(memory, 'outer').outputs]).toEqual([got, got]);
  });

  it('ends as cancelled when its reader stops', async () => {
    const memory = recordInMemory();

    for await (const n of give()) if (n === 2) break;

    const span = spanNamed(memory, 'stream');
    expect([span.outputs, span.getAttribute(cancelled)]).toEqual([[1, 2], true]);
  });
});

describe('a stream that is iterated', () => {
  it('is recorded on, though somebody asks for a reader in vain', async () => {
    const memory = recordInMemory();
    const { stream } = source(3);
    const got: number[] = [];

    for await (const n of traceTool(() => stream, { name: 'stream' })()) {
      expect(() => stream.getReader()).toThrow(TypeError);
      got.push(n);
    }

    expect([got, spanNamed(memory, 'stream').outputs]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});

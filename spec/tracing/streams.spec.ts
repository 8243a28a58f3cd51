import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { flush, shutdown, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const cancelled = 'traced_agents.stream.cancelled';

async function drain(chunks: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const _chunk of chunks) void _chunk;
}

function numbers(to: number): ReadableStream<number> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      next += 1;
      if (next > to) controller.close();
      else controller.enqueue(next);
    },
  });
}

describe('the span of a stream', () => {
  it('holds the chunks, what a generator returned, and the time to the first chunk in seconds', async () => {
    const memory = recordInMemory();
    const stream = traceTool(
      async function* () {
        await later(20);
        yield 'a';
        yield 'b';
        return 'end';
      },
      { name: 'stream' },
    );

    await drain(stream());

    const span = spanNamed(memory, 'stream');
    expect([span.outputs, span.getAttribute('traced_agents.stream.returned'), span.getAttribute(cancelled)]).toEqual([
      ['a', 'b'],
      'end',
      undefined,
    ]);
    expect(span.getAttribute('gen_ai.response.time_to_first_chunk')).toBeGreaterThan(0.015);
    expect(Number(span.endTimeNs - span.startTimeNs) / 1e6).toBeGreaterThan(15);
  });

  it('ends as cancelled when the reader stops', async () => {
    const memory = recordInMemory();
    const stream = traceTool(() => numbers(5), { name: 'stream' });

    for await (const n of stream()) if (n === 2) break;

    expect([spanNamed(memory, 'stream').outputs, spanNamed(memory, 'stream').getAttribute(cancelled)]).toEqual([
      [1, 2],
      true,
    ]);
  });

  it('ends as failed with what came before', async () => {
    const memory = recordInMemory();
    const stream = traceLLM(
      async function* () {
        yield { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
        throw new Error('broken');
      },
      { name: 'stream' },
    );

    await expect(drain(stream())).rejects.toThrow('broken');

    const span = spanNamed(memory, 'stream');
    expect([span.status.message, (span.outputs as unknown[]).length, span.tokenUsage?.totalTokens]).toEqual([
      'Error: broken',
      1,
      2,
    ]);
  });

  it('passes through pipes, with and without options', async () => {
    const memory = recordInMemory();
    const piped = traceTool(() => numbers(2), { name: 'piped' });
    const withOptions = traceTool(() => numbers(2), { name: 'with options' });
    const got: number[] = [];
    const sink = () => new WritableStream<number>({ write: (n) => void got.push(n) });

    await piped().pipeTo(sink());
    await withOptions().pipeTo(sink(), { preventClose: false });

    expect(got).toEqual([1, 2, 1, 2]);
    expect([spanNamed(memory, 'piped').outputs, spanNamed(memory, 'with options').outputs]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('does not keep bytes, only their size', async () => {
    const memory = recordInMemory();
    const stream = traceTool(
      function* () {
        yield new Uint8Array(1000);
      },
      { name: 'bytes' },
    );

    await drain(stream());

    expect(spanNamed(memory, 'bytes').outputs).toEqual(['[Uint8Array of 1000 bytes]']);
  });

  it('counts chunks past a bound instead of keeping them', async () => {
    const memory = recordInMemory();
    const stream = traceTool(
      function* () {
        for (let chunk = 0; chunk < 10_005; chunk += 1) yield 1;
      },
      { name: 'long' },
    );

    await drain(stream());

    expect(JSON.stringify(spanNamed(memory, 'long').outputs)).toContain('more');
  });

  it('ends with the trace when nobody reads it', async () => {
    const memory = recordInMemory({ lateSpanMs: 10 });
    const stream = traceTool(() => numbers(3), { name: 'unread' });

    traceTool(() => void stream(), { name: 'root' })();
    await flush();

    expect(spanNamed(memory, 'unread').getAttribute('traced_agents.unfinished')).toBe(true);
  });

  it('ends as cancelled when the program has forgotten the stream', async () => {
    const memory = recordInMemory();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const stream = traceTool(
      async function* () {
        yield 1;
      },
      { name: 'forgotten' },
    );

    stream();
    for (let attempt = 0; attempt < 50 && memory.traces.length === 0; attempt += 1) {
      await later(5);
      collect();
    }

    expect(spanNamed(memory, 'forgotten').getAttribute(cancelled)).toBe(true);
  });

  it('ends at once where the stream cannot be watched', () => {
    const memory = recordInMemory();
    const frozen = traceTool(
      () =>
        Object.freeze({
          async *[Symbol.asyncIterator]() {
            yield 1;
          },
        }),
      { name: 'frozen' },
    );
    const iterator = traceTool(() => Object.freeze([1].values()), { name: 'frozen iterator' });

    frozen();
    iterator();

    expect(memory.traces.map((trace) => trace.info.state)).toEqual(['OK', 'OK']);
  });

  it('is that of whoever reads through a thenable of one’s own', async () => {
    const memory = recordInMemory();
    class Answer {
      catch(_onRejected: unknown): string {
        return 'caught';
      }
      finally(onFinally: () => void): Promise<number> {
        return Promise.resolve(1).finally(onFinally);
      }
      then(onFulfilled: (value: number) => unknown): unknown {
        return onFulfilled(1);
      }
    }
    const ask = traceTool(() => new Answer(), { name: 'ask' });

    const results = [ask().catch(() => 1), await ask().finally(() => undefined), await ask()];
    await shutdown();

    expect(results).toEqual(['caught', 1, 1]);
    expect(memory.traces.map((trace) => trace.data.spans[0]?.outputs)).toEqual([1, 1, undefined]);
  });
});

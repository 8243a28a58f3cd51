import { getCurrentSpan, shutdown, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

interface Delta {
  text: string;
}

function* deltas(count: number, length = 1): Generator<Delta, Delta> {
  for (let index = 0; index < count; index += 1) yield { text: 'x'.repeat(length) };
  return { text: 'end' };
}

describe('the outputs of a stream', () => {
  it('are its chunks as they were when they passed', () => {
    const memory = recordInMemory();
    const stream = traceTool(() => deltas(2), { name: 'stream' });

    for (const delta of stream()) delta.text = 'changed by the reader';

    expect(spanNamed(memory, 'stream').outputs).toEqual([{ text: 'x' }, { text: 'x' }]);
  });

  it('are its chunks as they were when it fails', () => {
    const memory = recordInMemory();
    const stream = traceTool(
      function* () {
        yield { text: 'x' };
        throw new Error('broken');
      },
      { name: 'stream' },
    );

    expect(() => {
      for (const delta of stream()) delta.text = 'changed by the reader';
    }).toThrow('broken');

    expect(spanNamed(memory, 'stream').outputs).toEqual([{ text: 'x' }]);
  });

  it('are in the order of the chunks, of whatever kind each is', () => {
    const memory = recordInMemory();
    const words = Array.from({ length: 150 }, (_, index) => `word ${index}`);
    const chunks = ['first', { text: 'x' }, 'a "quoted" one', ...words, 7, 'key=value', 'last'];
    const stream = traceTool(() => chunks.values(), { name: 'stream' });

    Array.from(stream());

    expect(spanNamed(memory, 'stream').outputs).toEqual(chunks);
  });

  it('hide the secrets among many words', () => {
    const memory = recordInMemory();
    const words = Array.from({ length: 50 }, (_, index) => ` word ${index}`);
    const stream = traceTool(() => [...words, 'password=hunter2', ...words].values(), { name: 'stream' });

    Array.from(stream());

    expect(spanNamed(memory, 'stream').outputs).toEqual([...words, 'password=[redacted]', ...words]);
  });

  it('are counted from the ten thousandth on', () => {
    const memory = recordInMemory();
    const words = Array.from({ length: 10_010 }, () => 'word');
    const stream = traceTool(() => words.values(), { name: 'stream' });

    Array.from(stream());

    const outputs = spanNamed(memory, 'stream').outputs as string[];
    expect([outputs.length, outputs.at(-1)]).toEqual([10_001, '[10 more chunks]']);
  });

  it('are words up to the room that the span has left', () => {
    const memory = recordInMemory({ maxSpanLength: 25 });
    const stream = traceTool(() => ['one', 'two', 'three', 'four', 'five'].values(), { name: 'stream' });

    Array.from(stream());

    expect(spanNamed(memory, 'stream').outputs).toEqual(['one', 'two', 'three', 'four', '[1 more chunks]']);
  });

  it('end where the span has no room left, and tell how many chunks are left out', () => {
    const memory = recordInMemory({ maxSpanLength: 50 });
    const stream = traceTool(() => deltas(10, 8), { name: 'stream' });

    Array.from(stream());

    expect(spanNamed(memory, 'stream').outputs).toEqual([
      { text: 'xxxxxxxx' },
      { text: 'xxxxxxxx' },
      { text: 'xx… [cut, 8 characters]' },
      '[7 more chunks]',
    ]);
  });

  it('end where the trace has no room left', () => {
    const memory = recordInMemory({ maxTraceLength: 100 });
    const stream = traceTool(() => deltas(100, 50), { name: 'stream' });

    Array.from(stream());

    expect(JSON.stringify(spanNamed(memory, 'stream').outputs).length).toBeLessThan(200);
  });

  it('are one text per chunk for the callback that redacts', () => {
    const paths: string[] = [];
    recordInMemory({
      redact: (value, path) => {
        paths.push(path);
        return value;
      },
    });
    const stream = traceTool(() => deltas(2), { name: 'stream' });

    Array.from(stream());

    expect(paths.filter((path) => path.startsWith('outputs'))).toEqual(['outputs[0].text', 'outputs[1].text']);
  });

  it('are not kept, nor what a generator returned, where a method keeps no outputs', () => {
    const memory = recordInMemory();
    const stream = traceTool(() => deltas(2), { name: 'stream', captureOutputs: false });

    Array.from(stream());

    const span = spanNamed(memory, 'stream');
    expect([span.outputs, span.getAttribute('traced_agents.stream.returned')]).toEqual([undefined, undefined]);
  });

  it('are none where it fails before the first chunk', () => {
    const memory = recordInMemory();
    const stream = traceTool(
      // biome-ignore lint/correctness/useYield: it fails first
      function* () {
        throw new Error('broken');
      },
      { name: 'stream' },
    );

    expect(() => Array.from(stream())).toThrow('broken');

    expect(spanNamed(memory, 'stream').outputs).toBeUndefined();
  });

  it('do not replace those the program has set', () => {
    const memory = recordInMemory();
    const stream = traceTool(
      function* () {
        yield 1;
        getCurrentSpan().setOutputs('mine');
        throw new Error('broken');
      },
      { name: 'stream' },
    );

    expect(() => Array.from(stream())).toThrow('broken');

    expect(spanNamed(memory, 'stream').outputs).toBe('mine');
  });
});

describe('the callbacks of a stream', () => {
  it('are told of all chunks', () => {
    const memory = recordInMemory();
    const stream = traceLLM(() => deltas(3), {
      name: 'stream',
      usage: (chunks) => ({ inputTokens: (chunks as unknown as Delta[]).length, outputTokens: 0, totalTokens: 3 }),
      attributes: ({ result }) => ({ count: (result as unknown as Delta[]).length }),
    });

    Array.from(stream());

    const span = spanNamed(memory, 'stream');
    expect([span.tokenUsage?.inputTokens, span.getAttribute('count')]).toEqual([3, 3]);
  });
});

import { Readable } from 'node:stream';
import { shutdown, traceAgent, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(shutdown);

const chunks = [
  { contentBlockDelta: { delta: { text: 'Paris.' }, contentBlockIndex: 0 } },
  { metadata: { usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } } },
];

async function* stream() {
  yield* chunks;
}

async function read(iterable: unknown): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const chunk of iterable as AsyncIterable<unknown>) read.push(chunk);
  return read;
}

describe('a stream that is handed on with more than itself', () => {
  it.each<[string, () => Record<string, unknown>, string]>([
    ["Bedrock's", () => ({ $metadata: { requestId: 'r1' }, stream: stream() }), 'stream'],
    [
      "Bedrock's of a model's own body",
      () => ({ contentType: 'json', body: { [Symbol.asyncIterator]: stream } }),
      'body',
    ],
    ['an answer with its HTTP response', () => ({ data: Readable.from(chunks), response: {} }), 'data'],
    ['a web stream', () => ({ request: {}, stream: ReadableStream.from(chunks) }), 'stream'],
  ])('is followed to its end: %s', async (_what, make, place) => {
    const memory = recordInMemory();
    const answer = make();
    const ask = traceLLM(async () => answer, { name: 'ask' });

    const given = await ask();
    expect([given === answer, memory.traces.length]).toEqual([true, 0]);
    expect(await read(given[place])).toEqual(chunks);

    const { outputs, tokenUsage } = spanNamed(memory, 'ask');
    expect([outputs, tokenUsage?.totalTokens]).toEqual([chunks, 15]);
  });

  it('is followed through the agent that gives it', async () => {
    const memory = recordInMemory();
    const ask = traceLLM(async () => ({ stream: stream() }), { name: 'ask' });
    const run = traceAgent(() => ask(), { name: 'run' });

    await read((await run()).stream);

    expect(spanNamed(memory, 'run').outputs).toEqual(chunks);
    expect(memory.traces[0]?.info.tokenUsage?.totalTokens).toBe(15);
  });

  it.each<[string, unknown]>([
    ['a text', { stream: 'no stream' }],
    [
      'no plain object',
      new (class Answer {
        readonly stream = stream();
      })(),
    ],
    ['a proxy', new Proxy({ stream: stream() }, {})],
    ['a promise of one', { stream: Promise.resolve(stream()) }],
    ['bytes', { body: new Uint8Array(3) }],
  ])('is no other object: %s', async (_what, answer) => {
    const memory = recordInMemory();

    await traceLLM(async () => answer, { name: 'ask' })();

    expect(memory.traces).toHaveLength(1);
  });

  it("is a tool's result as it is", () => {
    const memory = recordInMemory();

    traceTool(() => ({ stream: stream() }), { name: 'fetch' })();

    expect(spanNamed(memory, 'fetch').outputs).toEqual({ stream: '[AsyncGenerator]' });
  });
});

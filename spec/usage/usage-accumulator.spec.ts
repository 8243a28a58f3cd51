import { describe, expect, it } from 'vitest';
import { readTokenUsage } from '../../lib/usage/read-token-usage.js';
import { UsageAccumulator } from '../../lib/usage/usage-accumulator.js';
import { usageFixtures } from './usage-fixtures.js';

const streams = usageFixtures().flatMap(({ file, body }) =>
  Array.isArray(body) ? [{ file, chunks: body as unknown[] }] : [],
);

describe('UsageAccumulator', () => {
  it.each(streams)('gives for the chunks of $file what the whole list gives', ({ chunks }) => {
    const accumulator = new UsageAccumulator();

    for (const chunk of chunks) accumulator.add(chunk);

    expect(accumulator.usage).toStrictEqual(readTokenUsage(chunks));
  });

  it('has no usage before one is reported', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add('Par');
    accumulator.add({ choices: [{ delta: { content: 'is.' } }], usage: null });

    expect(accumulator.usage).toBeUndefined();
  });

  it('has what was reported so far when a stream is left early', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({ type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 25, output_tokens: 1 } } });

    expect(accumulator.usage).toStrictEqual({ inputTokens: 25, outputTokens: 1, totalTokens: 26 });
  });

  it('replaces a cumulative usage', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({
      id: 'a',
      object: 'chat.completion.chunk',
      usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
    });
    accumulator.add({
      id: 'b',
      object: 'chat.completion.chunk',
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    });

    expect(accumulator.usage).toStrictEqual({ inputTokens: 9, outputTokens: 2, totalTokens: 11 });
  });

  it('keeps a count that a later message does not repeat', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({
      type: 'message_start',
      message: { usage: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 } },
    });
    accumulator.add({ type: 'message_delta', usage: { input_tokens: null, output_tokens: 15 } });

    expect(accumulator.usage).toStrictEqual({
      inputTokens: 30,
      outputTokens: 15,
      totalTokens: 45,
      cacheReadInputTokens: 5,
    });
  });

  it('adds the steps of the AI SDK when its total never came', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({ type: 'finish-step', usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 } });
    accumulator.add({
      type: 'finish-step',
      usage: { inputTokens: 20, outputTokens: 2, totalTokens: 22, cachedInputTokens: 8 },
    });

    expect(accumulator.usage).toStrictEqual({
      inputTokens: 30,
      outputTokens: 3,
      totalTokens: 33,
      cacheReadInputTokens: 8,
    });
  });

  it('replaces the steps of the AI SDK by its total', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({ type: 'finish-step', usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 } });
    accumulator.add({ type: 'finish-step', usage: { inputTokens: 20, outputTokens: 2, totalTokens: 22 } });
    accumulator.add({ type: 'finish', totalUsage: { inputTokens: 31, outputTokens: 3, totalTokens: 34 } });

    expect(accumulator.usage).toStrictEqual({ inputTokens: 31, outputTokens: 3, totalTokens: 34 });
  });

  it('adds the chunks of LangChain, as LangChain does', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({
      content: '',
      usage_metadata: { input_tokens: 25, output_tokens: 0, total_tokens: 25, input_token_details: { cache_read: 5 } },
    });
    accumulator.add({ content: 'Paris.' });
    accumulator.add({ content: '', usage_metadata: { input_tokens: 0, output_tokens: 15, total_tokens: 15 } });

    expect(accumulator.usage).toStrictEqual({
      inputTokens: 25,
      outputTokens: 15,
      totalTokens: 40,
      cacheReadInputTokens: 5,
    });
  });

  it('replaces the messages of a Claude agent by its result', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({
      type: 'assistant',
      message: { id: 'msg_1', usage: { input_tokens: 12, output_tokens: 4, cache_read_input_tokens: 8 } },
    });
    accumulator.add({ type: 'result', usage: { input_tokens: 30, output_tokens: 9 } });

    expect(accumulator.usage).toStrictEqual({ inputTokens: 30, outputTokens: 9, totalTokens: 39 });
  });

  it('does not see what happens to a chunk afterwards', () => {
    const accumulator = new UsageAccumulator();
    const chunk = { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } };

    accumulator.add(chunk);
    chunk.usage.prompt_tokens = 100;

    expect(accumulator.usage).toStrictEqual({ inputTokens: 1, outputTokens: 2, totalTokens: 3 });
  });

  it('passes over the bytes of a raw stream', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add(new TextEncoder().encode('data: {"usage":{"prompt_tokens":1}}'));

    expect(accumulator.usage).toBeUndefined();
  });

  it('replaces a count by a later 0', () => {
    const accumulator = new UsageAccumulator();
    const counts = { cachedInputTokens: 3, reasoningTokens: 2 };

    accumulator.add({ usage: { inputTokens: 9, outputTokens: 1, totalTokens: 10, ...counts } });
    accumulator.add({
      usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
    });

    expect(accumulator.usage).toStrictEqual({
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
      cacheReadInputTokens: 0,
      reasoningTokens: 0,
    });
  });

  it('works the total out anew when it is not repeated', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({ usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } });
    accumulator.add({ usage: { completion_tokens: 5 } });

    expect(accumulator.usage).toStrictEqual({ inputTokens: 9, outputTokens: 5, totalTokens: 14 });
  });

  it('replaces the steps of the AI SDK 4 by its last part', () => {
    const accumulator = new UsageAccumulator();

    accumulator.add({ type: 'step-finish', usage: { promptTokens: 10, completionTokens: 1 } });
    accumulator.add({ type: 'step-finish', usage: { promptTokens: 20, completionTokens: 2 } });
    const steps = accumulator.usage;
    accumulator.add({ type: 'finish', usage: { promptTokens: 31, completionTokens: 3 } });

    expect([steps, accumulator.usage]).toStrictEqual([
      { inputTokens: 30, outputTokens: 3, totalTokens: 33 },
      { inputTokens: 31, outputTokens: 3, totalTokens: 34 },
    ]);
  });

  it.each([
    ['response', 'object'],
    ['message', 'type'],
  ])('adds whole answers of the kind %s, and counts one that is repeated once', (kind, name) => {
    const accumulator = new UsageAccumulator();
    const first = { id: '1', [name]: kind, usage: { input_tokens: 1, output_tokens: 2 } };
    const second = { id: '2', [name]: kind, usage: { input_tokens: 10, output_tokens: 20 } };

    for (const answer of [first, first, second, second]) accumulator.add(answer);

    expect(accumulator.usage).toStrictEqual({ inputTokens: 11, outputTokens: 22, totalTokens: 33 });
  });
});

describe('a stream of several answers', () => {
  it('counts each answer that an agent of the OpenAI Agents SDK streams', () => {
    const done = (id: string, inputTokens: number) => ({
      type: 'raw_model_stream_event',
      data: {
        type: 'response_done',
        response: { id, output: [], usage: { inputTokens, outputTokens: 5, totalTokens: inputTokens + 5 } },
      },
    });
    const usage = new UsageAccumulator();

    for (const event of [{ type: 'agent_updated_stream_event' }, done('r1', 10), done('r2', 20), done('r2', 20)])
      usage.add(event);

    expect(usage.usage).toEqual({ inputTokens: 30, outputTokens: 10, totalTokens: 40 });
  });

  const claude = (id: string): unknown[] => [
    { type: 'message_start', message: { id, usage: { input_tokens: 10, output_tokens: 1 } } },
    { type: 'message_delta', usage: { output_tokens: 7 } },
    { type: 'message_stop' },
  ];
  const response = (id: string): unknown[] => [
    { type: 'response.created', response: { id, usage: null } },
    { type: 'response.completed', response: { id, usage: { input_tokens: 10, output_tokens: 7, total_tokens: 17 } } },
  ];

  it.each([
    ["Anthropic's", claude],
    ["OpenAI's responses", response],
  ])('adds them up: %s', (_name, events) => {
    const one = { inputTokens: 10, outputTokens: 7, totalTokens: 17 };

    expect(readTokenUsage([...events('a'), ...events('b')])).toEqual({
      inputTokens: 20,
      outputTokens: 14,
      totalTokens: 34,
    });
    expect(readTokenUsage(events('a'))).toEqual(one);
    expect(readTokenUsage([...events('a'), ...events('a')])).toEqual(one);
  });
});

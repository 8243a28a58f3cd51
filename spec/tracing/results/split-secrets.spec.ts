import { shutdown, traceLLM } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

function outputsOf(chunks: readonly unknown[], options: Parameters<typeof recordInMemory>[0] = {}): unknown {
  const memory = recordInMemory(options);
  const stream = traceLLM(() => chunks.values(), { name: 'stream' });

  Array.from(stream());

  expect(memory.traces[0]?.info.responsePreview?.slice(0, 500)).toBe(
    JSON.stringify(spanNamed(memory, 'stream').outputs).slice(0, 500),
  );
  return spanNamed(memory, 'stream').outputs;
}

const parts = ['It "is" sk-pr', 'oj-abcdefghijABCD', 'EFGHIJ1234567890, \\', ' keep it\n'];
const hidden = 'It "is" [redacted], \\ keep it\n';

describe('a secret that is split over the chunks of a stream', () => {
  it('is hidden where these are texts', () => {
    expect(outputsOf(parts)).toEqual([hidden]);
  });

  it('is hidden where nothing in these texts has to be escaped', () => {
    expect(outputsOf(['It is sk-pr', 'oj-abcdefghijABCD', 'EFGHIJ1234567890', ', keep it'])).toEqual([
      'It is [redacted], keep it',
    ]);
  });

  it('is hidden in the answers of the chat completions of OpenAI', () => {
    const chunkOf = (content: string) => ({ id: 'c', choices: [{ index: 0, delta: { content } }] });

    expect(outputsOf(parts.map(chunkOf))).toEqual([hidden, '', '', ''].map(chunkOf));
  });

  it('is hidden in the answers and tool calls of the responses of OpenAI', () => {
    const chunkOf = (delta: string) => ({ type: 'response.function_call_arguments.delta', delta });
    const first = { type: 'response.created', model: 'm' };

    expect(outputsOf([first, ...['{"password":', '"hun', 'ter2"}'].map(chunkOf)])).toEqual([
      first,
      ...['{"password":"[redacted]"}', '', ''].map(chunkOf),
    ]);
  });

  it('is hidden in the answers of Anthropic, apart from what is thought', () => {
    const chunkOf = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
    const thought = { type: 'content_block_delta', index: 1, delta: { type: 'thinking_delta', thinking: 'Hm' } };

    expect(outputsOf([thought, ...parts.map(chunkOf)])).toEqual([thought, ...[hidden, '', '', ''].map(chunkOf)]);
  });

  it('is hidden in answers that come side by side', () => {
    const chunkOf = (text: string, index: number) => ({ choices: [{ index, delta: { content: text } }] });
    const sideBySide = (texts: readonly string[]) => texts.flatMap((text) => [chunkOf(text, 0), chunkOf('no ', 1)]);

    expect(outputsOf(sideBySide(parts))).toEqual(sideBySide([hidden, '', '', '']));
  });

  it('is hidden in calls of tools that come side by side', () => {
    const chunkOf = (text: string, index: number) => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: text } }] } }],
    });
    const sideBySide = (texts: readonly string[]) => texts.flatMap((text) => [chunkOf('7', 0), chunkOf(text, 1)]);

    expect(outputsOf(sideBySide(['{"password":', '"hun', 'ter2"}']))).toEqual(
      sideBySide(['{"password":"[redacted]"}', '', '']),
    );
  });

  it('stays where secrets are not hidden', () => {
    expect(outputsOf(parts, { redactSecrets: false })).toEqual(parts);
  });

  it('is hidden in texts of any length', () => {
    const words = Array.from({ length: 5000 }, (_, index) => `${index} words and more `);

    expect(outputsOf([...words, ...parts])).toEqual([words.join('') + hidden]);
  });
});

it('a secret in a short text is hidden before the end of the stream', () => {
  expect(outputsOf([5, 'run --pwd hunter2', '[["cookie","canary"]]', '--pwd hunter2'])).toEqual([
    5,
    'run --pwd [redacted]',
    '[["cookie","[redacted]"]]',
    '--pwd [redacted]',
  ]);
});

describe('chunks without a split secret', () => {
  it.each<[string, unknown[]]>([
    ['texts', ['Hello', ' wor', 'ld', '']],
    ['texts with a secret of their own', ['key [redacted] and password=[redacted]', ' more']],
    ['deltas', [{ delta: { content: 'Hello' } }, { delta: { content: ' "wor\\' } }, { delta: { content: 'ld"' } }]],
    ['values of several kinds', ['sk-pr', 5, 'oj-abcdefghijABCDEFGHIJ']],
    ['lists', [['content'], [1, 2]]],
  ])('stay as they are: %s', (_case, chunks) => {
    expect(outputsOf(chunks)).toEqual(chunks);
  });
});

import { shutdown, traceAgent, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(shutdown);

const openAiCall = (id: string, name: string, args: object) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

async function idsOf(
  answer: unknown,
  calls: readonly [name: string, args: Record<string, unknown>][],
): Promise<unknown[]> {
  const memory = recordInMemory();
  const ask = traceLLM(async () => answer, { name: 'ask' });
  const tools = new Map(
    calls.map(([name]) => [name, traceTool((a: unknown, b: unknown) => [a, b], { name, argNames: ['a', 'b'] })]),
  );
  await traceAgent(
    async () => {
      await ask();
      for (const [name, { a, b }] of calls) tools.get(name)?.(a, b);
    },
    { name: 'agent' },
  )();
  const spans = memory.traces[0]?.data.spans.filter(({ type }) => type === 'TOOL') ?? [];
  return spans.map((span) => span.getAttribute('gen_ai.tool.call.id'));
}

describe('spans of tools carry the id of the call that the model asked for', () => {
  it.each<[string, unknown]>([
    ['OpenAI chat', { choices: [{ message: { tool_calls: [openAiCall('c1', 'add', { a: 1, b: 2 })] } }] }],
    ['a chunk of OpenAI chat', { choices: [{ delta: { tool_calls: [openAiCall('c1', 'add', {})] } }] }],
    [
      'OpenAI responses',
      { output: [{ type: 'function_call', call_id: 'c1', name: 'add', arguments: '{"a":1,"b":2}' }] },
    ],
    ['Anthropic', { content: [{ type: 'tool_use', id: 'c1', name: 'add', input: { a: 1, b: 2 } }] }],
    [
      'Gemini',
      { candidates: [{ content: { parts: [{ functionCall: { id: 'c1', name: 'add', args: { a: 1, b: 2 } } }] } }] },
    ],
  ])('%s', async (_provider, answer) => {
    expect(await idsOf(answer, [['add', { a: 1, b: 2 }]])).toEqual(['c1']);
  });

  it.each<[string, unknown]>([
    ['no object', 'add'],
    ['no list', { choices: {}, output: 'add', content: null, candidates: 7 }],
    ['a list of no objects', { choices: [null], output: ['add'], content: [3], candidates: [null] }],
    ['a call without an id', { choices: [{ message: { tool_calls: [{ function: { name: 'add' } }] } }] }],
    ['a call without a name', { content: [{ type: 'tool_use', id: 'c1', input: {} }] }],
    ['a text', { content: [{ type: 'text', text: 'add' }], output: [{ type: 'message' }], item: 5 }],
  ])('not where the answer has %s', async (_what, answer) => {
    expect(await idsOf(answer, [['add', { a: 1, b: 2 }]])).toEqual([undefined]);
  });

  it.each<[string, unknown]>([
    [
      'a custom tool of OpenAI',
      { choices: [{ message: { tool_calls: [{ id: 'c1', custom: { name: 'add', input: 'x' } }] } }] },
    ],
    ['a chunk of OpenAI responses', { item: { type: 'function_call', call_id: 'c1', name: 'add', arguments: '' } }],
    ['a chunk of Anthropic', { content_block: { type: 'tool_use', id: 'c1', name: 'add', input: {} } }],
    [
      'arguments that are no JSON',
      { choices: [{ message: { tool_calls: [{ id: 'c1', function: { name: 'add', arguments: '{' } }] } }] },
    ],
  ])('%s', async (_provider, answer) => {
    expect(await idsOf(answer, [['add', { a: 1, b: 2 }]])).toEqual(['c1']);
  });

  it('by the arguments, where a tool is asked for twice', async () => {
    const answer = {
      choices: [
        { message: { tool_calls: [openAiCall('c1', 'add', { a: 1, b: 2 }), openAiCall('c2', 'add', { a: 3, b: 4 })] } },
      ],
    };

    expect(
      await idsOf(answer, [
        ['add', { a: 3, b: 4 }],
        ['add', { a: 1, b: 2 }],
        ['add', { a: 1, b: 2 }],
      ]),
    ).toEqual(['c2', 'c1', undefined]);
  });

  it('and none where the model asked for something else', async () => {
    expect(await idsOf({ content: 'text' }, [['add', { a: 1, b: 2 }]])).toEqual([undefined]);
    expect(
      await idsOf({ content: [{ type: 'tool_use', id: 'c1', name: 'subtract', input: {} }] }, [
        ['add', { a: 1, b: 2 }],
      ]),
    ).toEqual([undefined]);
  });
});

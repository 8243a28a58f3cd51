import { shutdown, traceAgent, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(shutdown);

const openAiCall = (id: string, name: string, args: object) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

const circular = {};

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
    ['the OpenAI Agents SDK', { output: [{ type: 'function_call', callId: 'c1', name: 'add', arguments: '{"a":1}' }] }],
    ["Mistral's SDK", { choices: [{ message: { toolCalls: [openAiCall('c1', 'add', { a: 1, b: 2 })] } }] }],
    [
      'Mistral with arguments that are parsed',
      { choices: [{ message: { toolCalls: [{ id: 'c1', function: { name: 'add', arguments: { a: 1 } } }] } }] },
    ],
    ['Cohere', { message: { role: 'assistant', tool_calls: [openAiCall('c1', 'add', { a: 1, b: 2 })] } }],
    ["Cohere's SDK", { message: { role: 'assistant', toolCalls: [openAiCall('c1', 'add', { a: 1, b: 2 })] } }],
    ['LangChain', { content: '', tool_calls: [{ id: 'c1', name: 'add', args: { a: 1, b: 2 }, type: 'tool_call' }] }],
    [
      'a node of LangGraph',
      { messages: [{ content: '', tool_calls: [{ id: 'c1', name: 'add', args: { a: 1, b: 2 } }] }] },
    ],
    [
      'Bedrock Converse',
      { output: { message: { content: [{ toolUse: { toolUseId: 'c1', name: 'add', input: { a: 1, b: 2 } } }] } } },
    ],
    [
      "a message of Claude's agent",
      { type: 'assistant', message: { content: [{ type: 'tool_use', id: 'c1', name: 'add', input: { a: 1 } }] } },
    ],
    [
      'an answer with its HTTP response',
      { data: { choices: [{ message: { tool_calls: [openAiCall('c1', 'add', { a: 1 })] } }] }, response: {} },
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
    ['itself in it', Object.assign(circular, { data: circular, raw: { data: circular }, messages: [circular] })],
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
    expect(await idsOf(answer, [['add', { a: 'x', b: 2 }]])).toEqual(['c1']);
  });

  it.each<[string, readonly unknown[], string | undefined]>([
    ['the AI SDK', [{ a: 1 }, { toolCallId: 'c1', messages: [] }], 'c1'],
    ['LangChain', [{ a: 1 }, { tags: [], toolCall: { id: 'c1', name: 'add', args: { a: 1 } } }], 'c1'],
    ['the OpenAI Agents SDK', [{ a: 1 }, { context: {} }, { toolCall: { id: 'fc1', callId: 'c1' } }], 'c1'],
    ["the runner of Anthropic's SDK", [{ a: 1 }, { toolUse: { type: 'tool_use', id: 'c1', name: 'add' } }], 'c1'],
    ['nobody', [{ toolCallId: 'c1', toolCall: { id: 'c1' } }, null, 'c1', { toolCallId: 'c1' }], undefined],
    ['something that is no text', [{ a: 1 }, { toolCall: { id: 7 } }, { toolCallId: 7 }], undefined],
    [
      'proxies, which are not asked',
      [1, new Proxy({ toolCallId: 'c1' }, {}), { toolCall: new Proxy({ id: 'c1' }, {}) }],
      undefined,
    ],
  ])('as %s tells it beside the arguments', (_caller, args, id) => {
    const memory = recordInMemory();

    traceTool((..._args: unknown[]) => 1, { name: 'add' })(...args);

    expect(memory.traces[0]?.data.spans[0]?.getAttribute('gen_ai.tool.call.id')).toBe(id);
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

/** The ids that a program's calls of a tool get, by the arguments that the model asked for under the ids c1, c2 and so on. */
async function idsByArguments(
  asked: readonly unknown[],
  search: (...args: never[]) => unknown,
  calls: readonly (readonly unknown[])[],
  options: { readonly captureInputs?: boolean } = {},
): Promise<unknown[]> {
  const memory = recordInMemory();
  const tool_calls = asked.map((args, index) => openAiCall(`c${index + 1}`, 'search', args as object));
  const ask = traceLLM(async () => ({ choices: [{ message: { tool_calls } }] }), { name: 'ask' });
  const tool = traceTool(search as (...args: unknown[]) => unknown, { name: 'search', ...options });
  await traceAgent(
    async () => {
      await ask();
      for (const args of calls) tool(...args);
    },
    { name: 'agent' },
  )();
  const spans = memory.traces[0]?.data.spans.filter(({ type }) => type === 'TOOL') ?? [];
  return spans.map((span) => span.getAttribute('gen_ai.tool.call.id'));
}

describe('calls of a tool are told apart by their arguments', () => {
  const byPosition = (q: string, limit?: number) => [q, limit];
  const renamed = (query: string, count?: number) => [query, count];
  const inOne = (args: { q: string }, context?: { user: number }) => [args, context];

  it.each<[string, unknown[], (...args: never[]) => unknown, unknown[][], unknown[]]>([
    [
      'by name, whatever their order',
      [
        { limit: 5, q: 'cats' },
        { limit: 5, q: 'dogs' },
      ],
      byPosition,
      [
        ['dogs', 5],
        ['cats', 5],
      ],
      ['c2', 'c1'],
    ],
    [
      'by name, where the values are the same',
      [
        { q: 'a', limit: 'b' },
        { q: 'b', limit: 'a' },
      ],
      byPosition,
      [
        ['b', 'a'],
        ['a', 'b'],
      ],
      ['c2', 'c1'],
    ],
    [
      'by value, where the tool has other names for them',
      [
        { limit: 5, q: 'cats' },
        { limit: 5, q: 'dogs' },
      ],
      renamed,
      [
        ['dogs', 5],
        ['cats', 5],
      ],
      ['c2', 'c1'],
    ],
    [
      'in one object beside others',
      [{ q: 'cats' }, { q: 'dogs' }],
      inOne,
      [
        [{ q: 'dogs' }, { user: 7 }],
        [{ q: 'cats' }, { user: 7 }],
      ],
      ['c2', 'c1'],
    ],
    [
      'in one text of JSON',
      [{ q: 'cats' }, { q: 'dogs' }],
      inOne,
      [['{"q": "dogs"}'], ['{"q": "cats"}']],
      ['c2', 'c1'],
    ],
    [
      'by what the model wrote, where the program adds to it',
      [{ q: 'cats' }, { q: 'dogs' }],
      byPosition,
      [
        ['dogs', 10],
        ['cats', 10],
      ],
      ['c2', 'c1'],
    ],
    [
      'by most of them, where several fit',
      [{ q: 'cats' }, { q: 'cats', limit: 5 }],
      byPosition,
      [['cats', 5], ['cats']],
      ['c2', 'c1'],
    ],
    [
      'without those that the model left out as null',
      [
        { q: 'cats', limit: null },
        { q: 'dogs', limit: null },
      ],
      byPosition,
      [['dogs'], ['cats', 10]],
      ['c2', 'c1'],
    ],
    [
      'by what lies within them',
      [{ q: [{ any: ['cats'] }] }, { q: [{ any: ['dogs'] }] }],
      byPosition,
      [[[{ any: ['dogs'], not: [] }]], [[{ any: ['cats'], not: [] }]]],
      ['c2', 'c1'],
    ],
    [
      'with nothing where the program calls for itself',
      [{ q: 'cats' }],
      byPosition,
      [['birds'], ['cats'], ['cats']],
      [undefined, 'c1', undefined],
    ],
    ['with what is redacted left aside', [{ q: 'cats', token: 'x' }], inOne, [[{ q: 'cats', token: 'x' }]], ['c1']],
    ['with none asked for', [null], byPosition, [['cats']], ['c1']],
  ])('%s', async (_how, asked, search, calls, ids) => {
    expect(await idsByArguments(asked, search, calls)).toEqual(ids);
  });

  it('and are not guessed at where the inputs are unknown and several are open', async () => {
    const unseen = { captureInputs: false };

    expect(await idsByArguments([{ q: 'cats' }], byPosition, [['cats']], unseen)).toEqual(['c1']);
    expect(await idsByArguments([{ q: 'cats' }, { q: 'dogs' }], byPosition, [['cats']], unseen)).toEqual([undefined]);
  });
});

describe('tool calls that come in pieces', () => {
  const openAiPiece = (index: number, piece: object) => ({
    choices: [{ delta: { tool_calls: [{ index, ...piece }] } }],
  });
  const anthropicPiece = (index: number, partial_json: string) => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json },
  });
  const anthropicStart = (index: number, id: string) => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id, name: 'search', input: {} },
  });

  const cohereChunk = (call: object) => ({ index: 0, delta: { message: { toolCalls: call } } });

  async function idsAfter(chunks: readonly unknown[], calls: readonly string[]): Promise<unknown[]> {
    const memory = recordInMemory();
    const ask = traceLLM(
      async function* () {
        yield* chunks;
      },
      { name: 'ask' },
    );
    const search = traceTool((q: string) => q, { name: 'search' });
    await traceAgent(
      async () => {
        for await (const _chunk of ask());
        for (const q of calls) search(q);
      },
      { name: 'agent' },
    )();
    const spans = memory.traces[0]?.data.spans.filter(({ type }) => type === 'TOOL') ?? [];
    return spans.map((span) => span.getAttribute('gen_ai.tool.call.id'));
  }

  it('are joined: OpenAI', async () => {
    const chunks = [
      openAiPiece(0, { id: 'c1', function: { name: 'search', arguments: '' } }),
      openAiPiece(0, { function: { arguments: '{"q":"ca' } }),
      openAiPiece(0, { function: { arguments: 'ts"}' } }),
      openAiPiece(1, { id: 'c2', function: { name: 'search', arguments: '{"q"' } }),
      openAiPiece(1, { function: { arguments: ':"dogs"}' } }),
    ];

    expect(await idsAfter(chunks, ['dogs', 'birds', 'cats'])).toEqual(['c2', undefined, 'c1']);
  });

  it('are joined: providers that repeat the id with each piece', async () => {
    const chunks = ['{"q":', '"cats"}'].map((text) =>
      openAiPiece(0, { id: 'c1', function: { name: 'search', arguments: text } }),
    );

    expect(await idsAfter(chunks, ['birds', 'cats', 'cats'])).toEqual([undefined, 'c1', undefined]);
  });

  it('are joined: Anthropic', async () => {
    const chunks = [
      anthropicStart(1, 'c1'),
      anthropicPiece(1, '{"q":'),
      anthropicPiece(1, '"cats"}'),
      anthropicStart(2, 'c2'),
      anthropicPiece(2, '{"q":"dogs"}'),
    ];

    expect(await idsAfter(chunks, ['dogs', 'cats'])).toEqual(['c2', 'c1']);
  });

  it.each<[string, readonly unknown[]]>([
    ["Mistral's SDK", [{ data: { choices: [{ delta: { toolCalls: [openAiCall('c1', 'search', { q: 'cats' })] } }] } }]],
    [
      "Cohere's SDK",
      [
        cohereChunk({ id: 'c1', function: { name: 'search', arguments: '' } }),
        cohereChunk({ function: { arguments: '{"q":' } }),
        cohereChunk({ function: { arguments: '"cats"}' } }),
      ],
    ],
    [
      'Bedrock Converse',
      [
        { contentBlockStart: { start: { toolUse: { toolUseId: 'c1', name: 'search' } }, contentBlockIndex: 1 } },
        { contentBlockDelta: { delta: { toolUse: { input: '{"q":' } }, contentBlockIndex: 1 } },
        { contentBlockDelta: { delta: { toolUse: { input: '"cats"}' } }, contentBlockIndex: 1 } },
      ],
    ],
    [
      'LangChain',
      [
        {
          tool_calls: [{ id: 'c1', name: 'search', args: {} }],
          tool_call_chunks: [{ id: 'c1', name: 'search', args: '', index: 0 }],
        },
        { tool_calls: [], tool_call_chunks: [{ args: '{"q":"cats"}', index: 0 }] },
      ],
    ],
  ])('are joined: %s', async (_provider, chunks) => {
    expect(await idsAfter(chunks, ['birds', 'cats', 'cats'])).toEqual([undefined, 'c1', undefined]);
  });

  it('and count once where the whole call follows: OpenAI responses', async () => {
    const item = { type: 'function_call', call_id: 'c1', name: 'search' };
    const chunks = [
      { type: 'response.output_item.added', item: { ...item, arguments: '' } },
      { type: 'response.function_call_arguments.delta', delta: '{"q":"cats"}' },
      { type: 'response.output_item.done', item: { ...item, arguments: '{"q":"cats"}' } },
    ];

    expect(await idsAfter(chunks, ['birds', 'cats', 'cats'])).toEqual([undefined, 'c1', undefined]);
  });

  it.each([
    ['pieces that never become JSON', [openAiPiece(0, { function: { arguments: '{"q' } })]],
    ['pieces of a call that nobody began', [openAiPiece(7, { function: { arguments: '{"q":"dogs"}' } })]],
    ['more than is kept', [openAiPiece(0, { function: { arguments: `"${'x'.repeat(100_001)}"` } })]],
  ])('and are guessed at where there are %s', async (_what, pieces) => {
    const start = openAiPiece(0, { id: 'c1', function: { name: 'search', arguments: '' } });

    expect(await idsAfter([start, ...pieces], ['cats'])).toEqual(['c1']);
  });
});

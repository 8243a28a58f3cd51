import { readFileSync } from 'node:fs';
import { type Conversation, conversationOf, Trace } from 'traced-agents';
import { describe, expect, it } from 'vitest';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { aTrace, aUsage } from '../support/traces.js';

function golden(name: string): Conversation {
  return conversationOf(Trace.fromJSON(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')));
}

/** A line for each turn: index agent: from > to, calls of LLMs and tools, tokens, failures. */
function turnLines({ turns }: Conversation): string[] {
  return turns.map(
    ({ index, agent, from, to, llmCalls, toolCalls, usage, failures }) =>
      `${index} ${agent}: ${from} > ${to}, ${llmCalls} llm, ${toolCalls} tool, ${usage?.totalTokens} tokens, ${failures} failed`,
  );
}

function messageLines({ messages }: Conversation): string[] {
  return messages.map(
    ({ from, to, content, turn }) =>
      `${turn} ${from} > ${to}: ${typeof content === 'string' ? content : JSON.stringify(content)?.slice(0, 30)}`,
  );
}

describe('conversationOf on traces that Python recorded', () => {
  it('reads the turns of two agents', () => {
    expect(turnLines(golden('ag2_two_agent'))).toEqual([
      '0 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 159 tokens, 0 failed',
      '1 Tool Agent: Tool Agent > Assistant, 0 llm, 1 tool, undefined tokens, 0 failed',
      '2 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 184 tokens, 0 failed',
      '3 Tool Agent: Tool Agent > Assistant, 0 llm, 1 tool, undefined tokens, 0 failed',
      '4 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 208 tokens, 0 failed',
      '5 Tool Agent: Tool Agent > Assistant, 0 llm, 1 tool, undefined tokens, 0 failed',
      '6 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 233 tokens, 0 failed',
      '7 Tool Agent: Tool Agent > Assistant, 0 llm, 1 tool, undefined tokens, 0 failed',
      '8 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 257 tokens, 0 failed',
    ]);
  });

  it('sums the two agents', () => {
    expect(golden('ag2_two_agent').agents).toEqual([
      {
        agent: 'Assistant',
        turns: 5,
        llmCalls: 5,
        toolCalls: 0,
        usage: aUsage(951, 90),
        cost: {
          inputCost: expect.closeTo(0.00014265, 12),
          outputCost: expect.closeTo(0.000054, 12),
          totalCost: expect.closeTo(0.00019665, 12),
        },
        busyMs: expect.closeTo(1200.537, 3),
        failures: 0,
      },
      {
        agent: 'Tool Agent',
        turns: 4,
        llmCalls: 0,
        toolCalls: 4,
        usage: undefined,
        cost: undefined,
        busyMs: expect.closeTo(11.961, 3),
        failures: 0,
      },
    ]);
  });

  it('reads who said what to whom, the message that opened the chat included', () => {
    expect(messageLines(golden('ag2_tool_error'))).toEqual([
      '0 Tool Agent > Assistant: What is 7 % 3?',
      '0 Assistant > Tool Agent: {"content":null,"refusal":null',
      '1 Tool Agent > Assistant: {"role":"tool","tool_responses',
      '2 Assistant > Tool Agent: The calculator reported an error (Error: Invalid operator). I cannot finish. TERMINATE',
    ]);
  });

  it('tells an error that was handled', () => {
    expect(golden('ag2_tool_error').failures).toEqual([
      {
        spanId: 'd002e2453cd93ded',
        agent: 'Tool Agent',
        turn: 1,
        type: 'ValueError',
        message: 'Invalid operator',
        path: ['initiate_chat', 'Tool Agent', 'calculator'],
        isHandled: true,
        causes: [],
        rethrownAs: [],
        timeNs: 1795228684145142784n,
      },
    ]);
  });

  it('tells an error that arose outside of any turn', () => {
    const { turns, messages, agents, failures } = golden('ag2_llm_error_400');

    expect({ turns, messages, agents }).toEqual({
      turns: [],
      messages: [],
      agents: [
        {
          agent: undefined,
          turns: 0,
          llmCalls: 1,
          toolCalls: 0,
          usage: undefined,
          cost: undefined,
          busyMs: 0,
          failures: 1,
        },
      ],
    });
    expect(failures).toMatchObject([
      { agent: undefined, type: 'BadRequestError', path: ['initiate_chat'], isHandled: false },
    ]);
  });

  it('gives both tools of a parallel call to the turn that made them', () => {
    expect(turnLines(golden('ag2_parallel_tools'))).toEqual([
      '0 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 176 tokens, 0 failed',
      '1 Tool Agent: Tool Agent > Assistant, 0 llm, 2 tool, undefined tokens, 0 failed',
      '2 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 201 tokens, 0 failed',
      '3 Tool Agent: Tool Agent > Assistant, 0 llm, 1 tool, undefined tokens, 0 failed',
      '4 Assistant: Assistant > Tool Agent, 1 llm, 0 tool, 219 tokens, 0 failed',
    ]);
  });

  it('keeps a summary after the last message out of all turns', () => {
    expect(golden('ag2_reflection_summary').matrix).toEqual({
      rows: [
        {
          agent: 'Assistant',
          cells: new Map([
            [0, aUsage(134, 17)],
            [2, aUsage(157, 9)],
          ]),
          usage: aUsage(291, 26),
        },
        { agent: 'Tool Agent', cells: new Map(), usage: undefined },
        { agent: undefined, cells: new Map([[undefined, aUsage(163, 9)]]), usage: aUsage(163, 9) },
      ],
      columns: [
        { turn: 0, usage: aUsage(134, 17) },
        { turn: 1, usage: undefined },
        { turn: 2, usage: aUsage(157, 9) },
        { turn: undefined, usage: aUsage(163, 9) },
      ],
      total: aUsage(454, 35),
    });
  });

  it('takes an agent that calls a method of its own for one turn', () => {
    expect(turnLines(golden('autogen_run_tools'))).toEqual([
      '0 assistant: undefined > assistant, 5 llm, 0 tool, 1171 tokens, 0 failed',
    ]);
  });

  it('takes entering an agent for a message to it and its return for the answer', () => {
    expect(messageLines(golden('autogen_run_tools'))).toEqual([
      '0 undefined > assistant: {"task":"What is (44231 + 1331',
      '0 assistant > undefined: {"messages":[{"id":"7c3da849-d',
    ]);
  });

  it.each([
    ['autogen_on_messages.1', '0 assistant: undefined > assistant, 2 llm, 0 tool, 252 tokens, 0 failed'],
    ['autogen_on_messages.2', '0 assistant: undefined > assistant, 2 llm, 0 tool, 340 tokens, 0 failed'],
    ['autogen_llm_error_400', '0 assistant: undefined > assistant, 1 llm, 0 tool, undefined tokens, 1 failed'],
    ['manual_agent', '0 Assistant: undefined > Assistant, 5 llm, 4 tool, 856 tokens, 0 failed'],
    ['manual_agent_error', '0 Assistant: undefined > Assistant, 0 llm, 1 tool, undefined tokens, 1 failed'],
    ['manual_double_usage', '0 agent: undefined > agent, 1 llm, 0 tool, 110 tokens, 0 failed'],
  ])('reads the one turn of %s', (name, line) => {
    expect(turnLines(golden(name))).toEqual([line]);
  });

  it.each([
    ['autogen_llm_error_400', ['assistant.run', 'assistant.on_messages', 'OpenAIChatCompletionClient.create']],
    ['manual_agent_error', ['Assistant', 'calculator']],
  ])('tells the error of %s once, where it arose, and no answer', (name, path) => {
    const { failures, messages } = golden(name);

    expect(failures.map((failure) => [failure.path, failure.isHandled])).toEqual([[path, false]]);
    expect(messages).toHaveLength(1);
  });
});

describe('conversationOf', () => {
  it('takes A that asks B that asks A for three turns, nested, and counts own time only', () => {
    const { turns, agents, messages } = conversationOf(
      aTrace({
        spans: [
          { name: 'A.run', durationMs: 10, inputs: 'a', outputs: 'd' },
          { name: 'B.run', type: 'AGENT', parent: 1, startMs: 2, durationMs: 6, inputs: 'b', outputs: 'c' },
          { name: 'A.help', type: 'AGENT', parent: 2, startMs: 3, durationMs: 1, inputs: 'h' },
        ],
      }),
    );

    expect(turns.map(({ agent, from, parentTurn }) => [agent, from, parentTurn])).toEqual([
      ['A', undefined, undefined],
      ['B', 'A', 0],
      ['A', 'B', 1],
    ]);
    expect(agents.map(({ agent, busyMs }) => [agent, busyMs])).toEqual([
      ['A', 5],
      ['B', 5],
    ]);
    expect(messages.map(({ from, to, content }) => [from, to, content])).toEqual([
      [undefined, 'A', 'a'],
      ['A', 'B', 'b'],
      ['B', 'A', 'h'],
      ['B', 'A', 'c'],
      ['A', undefined, 'd'],
    ]);
  });

  it('takes an agent that calls another of its own name for one turn, and the call for no message', () => {
    const conversation = conversationOf(
      aTrace({
        spans: [
          { name: 'Worker.run', durationMs: 9, inputs: 'all', outputs: 'done' },
          { name: 'Worker.run', type: 'AGENT', parent: 1, startMs: 1, inputs: 'part', outputs: 'done' },
          { name: 'chat', type: 'LLM', parent: 2, startMs: 1 },
        ],
      }),
    );

    expect(turnLines(conversation)).toEqual([
      '0 Worker: undefined > Worker, 1 llm, 0 tool, undefined tokens, 0 failed',
    ]);
    expect(messageLines(conversation)).toEqual(['0 undefined > Worker: all', '0 Worker > undefined: done']);
  });

  it('numbers the turns of several conversations anew', () => {
    const chat = (name: string, startMs: number, index: number) => ({
      name,
      type: 'AGENT',
      parent: 1,
      startMs,
      attributes: { 'traced_agents.turn.index': index },
    });
    const spans = [{ type: 'WORKFLOW' }, chat('C', 3, 0), chat('A', 1, 0), chat('D', 4, 1), chat('B', 2, 1)];

    const { turns } = conversationOf(aTrace({ spans }));

    expect(turns.map(({ index, agent }) => [index, agent])).toEqual([
      [0, 'A'],
      [1, 'B'],
      [2, 'C'],
      [3, 'D'],
    ]);
  });

  it('sums what was paid as it sums tokens: a total of an agent holds those of its calls', () => {
    const priced = (input: number, output: number) => ({
      attributes: { 'mlflow.llm.cost': { input_cost: input, output_cost: output, total_cost: input + output } },
    });
    const { turns, agents, cost } = conversationOf(
      aTrace({
        spans: [
          { name: 'talk', type: 'WORKFLOW' },
          { name: 'A', type: 'AGENT', parent: 1, ...priced(4, 2) },
          { name: 'chat', type: 'LLM', parent: 2, ...priced(3, 1) },
          { name: 'B', type: 'AGENT', parent: 1, startMs: 1 },
          { name: 'chat', type: 'LLM', parent: 4, startMs: 1, ...priced(1, 0) },
          { name: 'chat', type: 'LLM', parent: 4, startMs: 1, ...priced(1, 1) },
          { name: 'sum up', type: 'LLM', parent: 1, startMs: 1, ...priced(0, 1) },
        ],
      }),
    );

    expect(turns.map((turn) => turn.cost)).toEqual([
      { inputCost: 4, outputCost: 2, totalCost: 6 },
      { inputCost: 2, outputCost: 1, totalCost: 3 },
    ]);
    expect(agents.map((agent) => agent.cost?.totalCost)).toEqual([6, 3, 1]);
    expect(cost).toEqual({ inputCost: 6, outputCost: 4, totalCost: 10 });
  });

  it('believes the attributes of message spans', () => {
    const said = { 'gen_ai.agent.name': 'A', 'traced_agents.message.from': 'X', 'traced_agents.message.to': 'Y' };
    const trace = aTrace({
      spans: [
        { type: 'WORKFLOW' },
        { type: 'AGENT', parent: 1, startMs: 1, attributes: { 'traced_agents.turn.index': 1 } },
        { type: 'AGENT', parent: 1, startMs: 2, attributes: { ...said, 'traced_agents.turn.index': 0 } },
      ],
    });

    expect(conversationOf(trace).turns.map(({ index, agent, from, to }) => [index, agent, from, to])).toEqual([
      [0, 'A', 'X', 'Y'],
      [1, 'span 2', undefined, 'span 2'],
    ]);
  });

  it('tells the message that opens the next chat under the same parent', () => {
    const span = (startMs: number, name: string, before: [string, string], after: string) => ({
      type: 'AGENT',
      parent: 1,
      startMs,
      name,
      inputs: { message: before[0], sender: before[1], valid: true },
      outputs: { message: after, sender: name, valid: true },
    });
    const trace = aTrace({
      spans: [
        { type: 'WORKFLOW', durationMs: 9 },
        span(0, 'B', ['hello', 'A'], 'hi'),
        span(1, 'A', ['hi', 'B'], 'bye'),
        span(2, 'C', ['you there?', 'A'], 'yes'),
      ],
    });

    expect(messageLines(conversationOf(trace))).toEqual([
      '0 A > B: hello',
      '0 B > A: hi',
      '1 A > B: bye',
      '2 A > C: you there?',
      '2 C > A: yes',
    ]);
  });

  it('reads type and message from the status where no exception was recorded', () => {
    const trace = aTrace({
      spans: [
        { name: 'run', error: 'TypeError: no' },
        { name: 'look', type: 'TOOL', parent: 1, error: 'TypeError: no' },
        { name: 'ask', type: 'LLM', parent: 1, startMs: 1, error: 'quota' },
      ],
    });

    expect(conversationOf(trace).failures.map(({ type, message, path }) => [type, message, path])).toEqual([
      ['TypeError', 'no', ['run', 'look']],
      [undefined, 'quota', ['run', 'ask']],
    ]);
  });

  it('believes the last exception that a span recorded, as far as it tells', () => {
    const exception = (attributes: Record<string, string | string[] | number>) =>
      new SpanEvent('exception', 1_767_323_045_000_000_000n, attributes as Record<string, string>);
    const causes = { 'exception.causes': ['SocketError: closed', 'Error: reset'] };
    const trace = aTrace({
      spans: [
        {
          name: 'run',
          error: 'Error: b',
          events: [
            exception({ 'exception.type': 'Error', 'exception.message': 'a' }),
            exception({ 'exception.type': 'Error', 'exception.message': 'b', ...causes }),
          ],
        },
        { name: 'look', type: 'TOOL', parent: 1, error: 'odd', events: [exception({ 'exception.type': 5 })] },
        { name: 'ask', type: 'LLM', parent: 1, startMs: 2, error: 'TimeoutError' },
      ],
    });

    expect(conversationOf(trace).failures.map((failure) => [failure.type, failure.message, failure.causes])).toEqual([
      [undefined, 'odd', []],
      ['Error', 'b', causes['exception.causes']],
      ['TimeoutError', '', []],
    ]);
  });

  it('survives rings and orphans', () => {
    const trace = aTrace({
      spans: [
        { name: 'A', type: 'AGENT', parent: 2 },
        { name: 'B', type: 'AGENT', parent: 1, startMs: 1 },
        { name: 'C', type: 'AGENT', parent: 99, startMs: 2 },
        { name: 'D', type: 'AGENT', parent: 4, startMs: 3 },
      ],
    });

    expect(conversationOf(trace).turns.map(({ agent, parentTurn }) => [agent, parentTurn])).toEqual([
      ['A', undefined],
      ['B', 0],
      ['C', undefined],
      ['D', undefined],
    ]);
  });

  it('says nothing of a trace without agents', () => {
    expect(conversationOf(aTrace({ spans: [] }))).toEqual({
      traceId: 'tr-64c396518d978f50bf6ba65358847de2',
      session: undefined,
      startTimeNs: 1767323045000000000n,
      turns: [],
      messages: [],
      agents: [],
      matrix: { rows: [], columns: [], total: undefined },
      failures: [],
      usage: undefined,
      cost: undefined,
    });
  });
});

describe('conversationOf in JavaScript', () => {
  it.each([
    ['nothing', undefined, 'undefined'],
    ['a trace that nobody has awaited', Promise.resolve('x'), "Promise { 'x' }"],
  ])('says what it takes where it gets %s', (_name, given, shown) => {
    const trace = given as unknown as Trace;

    expect(() => conversationOf(trace)).toThrow(
      new TypeError(`conversationOf() takes a Trace, as \`await getTrace(id)\` finds it, but got ${shown}.`),
    );
  });
});

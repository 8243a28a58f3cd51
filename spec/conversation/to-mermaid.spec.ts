import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Conversation, conversationOf, Trace, toMermaid } from 'traced-agents';
import { describe, expect, it } from 'vitest';
import { parseMermaid } from '../support/mermaid.js';
import { aTrace, type SpanParts } from '../support/traces.js';

function drawn(...spans: SpanParts[]): string {
  return toMermaid(conversationOf(aTrace({ spans })));
}

describe('toMermaid', () => {
  it('writes a diagram of a trace that Python recorded', () => {
    const trace = Trace.fromJSON(readFileSync(new URL('../golden/ag2_tool_error.json', import.meta.url), 'utf8'));

    expect(toMermaid(conversationOf(trace))).toBe(
      [
        'sequenceDiagram',
        '  participant p0 as Tool Agent',
        '  participant p1 as Assistant',
        '  p0->>p1: What is 7 #37; 3?',
        '  p1->>p0: calls calculator',
        '  p0-xp0: calculator: ValueError: Invalid operator',
        '  p0->>p1: Error: Invalid operator',
        '  p1->>p0: The calculator reported an error (Error: Invalid operator).…',
        '',
      ].join('\n'),
    );
  });

  it('is what the parser of Mermaid takes for messages, tool calls and failures', async () => {
    const text = drawn(
      { name: 'Ada', durationMs: 9, inputs: { question: 'Why?' }, outputs: 'So.' },
      { name: 'search', type: 'TOOL', parent: 1, startMs: 1 },
      { name: 'Bob', type: 'AGENT', parent: 1, startMs: 3, durationMs: 5, inputs: 'Help', error: 'TypeError: no' },
      { name: 'chat', type: 'LLM', parent: 3, startMs: 4, error: 'Error: quota' },
    );

    await expect(parseMermaid(text)).resolves.toEqual({
      participants: ['outside', 'Ada', 'Bob'],
      lines: [
        'outside > Ada: Why?',
        'Ada > Ada: search',
        'Ada > Bob: Help',
        'Bob: ✗ Error: quota',
        'Bob: ✗ TypeError: no',
        'Ada > outside: So.',
      ],
    });
  });

  it('draws an error without a message by its class alone', async () => {
    const text = drawn({ name: 'Ada', type: 'AGENT', inputs: 'Why?', error: 'TypeError' });

    await expect(parseMermaid(text)).resolves.toEqual({
      participants: ['outside', 'Ada'],
      lines: ['outside > Ada: Why?', 'Ada: ✗ TypeError'],
    });
  });

  it('draws the tools of an agent that failed before it said anything', async () => {
    const heard = { message: 'hi', sender: 'Ada', valid: true };
    const text = drawn(
      { name: 'chat', type: 'WORKFLOW', durationMs: 9 },
      { name: 'Bob', type: 'AGENT', parent: 1, inputs: heard, outputs: { message: 'so', sender: 'Bob', valid: true } },
      {
        name: 'Eve',
        type: 'AGENT',
        parent: 1,
        startMs: 2,
        inputs: heard,
        error: 'Error: no',
        attributes: { 'mlflow.message.format': 'ag2' },
      },
      { name: 'look', type: 'TOOL', parent: 3, startMs: 3 },
    );

    await expect(parseMermaid(text)).resolves.toEqual({
      participants: ['Ada', 'Bob', 'Eve'],
      lines: ['Ada > Bob: hi', 'Bob > Ada: so', 'Eve > Eve: look', 'Eve: ✗ Error: no'],
    });
  });

  it.each([
    'end',
    'loop',
    'participant x',
    'note over p0: x',
    'wrap: it',
    'nowrap:it',
    'a;b',
    'a#b',
    '#35;',
    'a: b: c',
    '%%{init: {"theme":"dark"}}%%',
    '%% comment',
    '<script>alert(1)</script>',
    '<br/>',
    '---',
    'accTitle: x',
    'a->>b: c',
    '"quoted"',
    '+x',
    '$$x$$',
    '\\n',
    '@{ "type": "actor" }',
  ])('shows the text %s as it is', async (text) => {
    const { participants, lines } = await parseMermaid(drawn({ name: text, inputs: text, outputs: text }));

    expect(participants).toEqual(['outside', text]);
    expect(lines).toEqual([`outside > ${text}: ${text}`, `${text} > outside: ${text}`]);
  });

  it('is valid whatever names and texts hold', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 90 });
    const spans = fc.tuple(text, text, text, text).map(([agent, tool, input, error]): SpanParts[] => [
      { name: agent, inputs: input, outputs: { content: input } },
      { name: tool, type: 'TOOL', parent: 1, error },
    ]);

    await fc.assert(
      fc.asyncProperty(spans, async (parts) => {
        const { lines } = await parseMermaid(drawn(...parts));
        expect(lines).toHaveLength(3);
      }),
    );
  });

  it('cuts texts to 60 characters, and never inside one', async () => {
    const { lines } = await parseMermaid(drawn({ name: 'A', inputs: '😀'.repeat(61), outputs: '😀'.repeat(60) }));

    expect(lines).toEqual([`outside > A: ${'😀'.repeat(59)}…`, `A > outside: ${'😀'.repeat(60)}`]);
  });

  it.each([
    ['the content of a message', { role: 'assistant', content: 'Hi' }, 'Hi'],
    ['the tools that a message asks for', { content: null, tool_calls: [{ function: { name: 'add' } }] }, 'calls add'],
    ['the newest of a list', { messages: [{ content: 'first' }, { content: 'last' }] }, 'last'],
    ['the answer of a response', { chat_message: { content: 'done' }, inner_messages: [] }, 'done'],
    ['anything else as JSON', { a: 1, b: [2] }, '{"a":1,"b":[2]}'],
    ['a list as JSON', ['a'], '["a"]'],
    ['a sign for nothing', '', '…'],
  ])('shows %s', async (_what, outputs, shown) => {
    const { lines } = await parseMermaid(drawn({ name: 'A', inputs: 'x', outputs }));

    expect(lines[1]).toBe(`A > outside: ${shown}`);
  });

  it('is valid for a trace without agents', async () => {
    await expect(parseMermaid(toMermaid(conversationOf(aTrace({ spans: [] }))))).resolves.toEqual({
      participants: [],
      lines: [],
    });
  });

  it('says what it takes where it gets a trace', () => {
    const trace = aTrace({ spans: [] }) as unknown as Conversation;

    expect(() => toMermaid(trace)).toThrow(
      new TypeError(
        'toMermaid() takes a Conversation, as conversationOf(trace) returns it, but got Trace { info: [TraceInfo], data: [TraceData] }.',
      ),
    );
  });
});

import {
  type Conversation,
  conversationOf,
  recordMessage,
  shutdown,
  type Trace,
  TracedMessage,
  traceConversation,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory } from '../support/recording.js';
import { aTrace, type SpanParts } from '../support/traces.js';

afterEach(shutdown);

/** A conversation in which these messages were recorded: from, to, content. */
async function recorded(...messages: [string, string, string][]): Promise<Conversation> {
  const memory = recordInMemory();
  await traceConversation('talk', async () => {
    for (const [from, to, content] of messages) {
      recordMessage({ from, to, content });
      await later();
    }
  });
  return conversationOf(memory.traces[0] as Trace);
}

/** A span of Python's: who spoke, what was heard of whom, what was said. */
function spoken(name: string, startMs: number, [message, sender]: [string, string], answer: string): SpanParts {
  return {
    type: 'AGENT',
    parent: 1,
    startMs,
    name,
    inputs: { message, sender, valid: true },
    outputs: { message: answer, sender: name, valid: true },
  };
}

function messageLines({ messages }: Conversation): string[] {
  return messages.map(({ from, to, content, turn }) => `${turn} ${from} > ${to}: ${String(content)}`);
}

describe('the messages of a conversation', () => {
  it('are those that were said, also while several agents wait', async () => {
    const conversation = await recorded(
      ['user', 'A', 'for A'],
      ['user', 'B', 'for B'],
      ['A', 'user', 'a'],
      ['B', 'user', 'b'],
    );

    expect(messageLines(conversation)).toEqual([
      '1 user > A: for A',
      '0 user > B: for B',
      '1 A > user: a',
      '2 B > user: b',
    ]);
  });

  it('are one for each that is told the same', async () => {
    const conversation = await recorded(
      ['user', 'A', 'all'],
      ['user', 'B', 'all'],
      ['user', 'C', 'all'],
      ['C', 'user', 'c'],
      ['A', 'user', 'a'],
    );

    expect(messageLines(conversation).map((line) => line.slice(2))).toEqual([
      'user > A: all',
      'user > B: all',
      'user > C: all',
      'C > user: c',
      'A > user: a',
    ]);
  });

  it('go to nobody in particular where the trace does not tell', async () => {
    const conversation = await recorded(['user', 'A', 'one'], ['user', 'B', 'two']);

    expect(messageLines(conversation)).toEqual(['0 user > undefined: one', '0 user > B: two']);
  });

  it('are told once where many heard one, and again where it was said again', () => {
    const trace = aTrace({
      spans: [
        { type: 'WORKFLOW', durationMs: 9 },
        spoken('B', 0, ['go', 'A'], 'b'),
        spoken('C', 1, ['go', 'A'], 'c'),
        spoken('A', 2, ['c', 'C'], 'go'),
        spoken('B', 3, ['go', 'A'], 'b'),
      ],
    });

    expect(messageLines(conversationOf(trace))).toEqual([
      '0 A > B: go',
      '0 B > A: b',
      '1 C > A: c',
      '2 A > C: go',
      '3 B > A: b',
    ]);
  });

  it('are told once where an agent set to work before it was asked', () => {
    const trace = aTrace({
      spans: [
        { type: 'WORKFLOW', durationMs: 9 },
        { ...spoken('B', 0, ['help', 'A'], 'done'), durationMs: 5 },
        {
          ...spoken('A', 1, ['start', 'user'], 'help'),
          durationMs: 2,
          attributes: { 'traced_agents.message.from': 'A', 'traced_agents.message.to': 'B' },
        },
      ],
    });

    expect(messageLines(conversationOf(trace))).toEqual(['1 user > A: start', '1 A > B: help', '0 B > A: done']);
  });

  it('are what agents were told where spans are of those who hear, and no answer where nothing was returned', async () => {
    const memory = recordInMemory();
    class Member {
      readonly name: string;
      readonly heard: unknown[] = [];
      constructor(name: string) {
        this.name = name;
      }
      @TracedMessage() async receive(message: string, sender: Member): Promise<void> {
        this.heard.push(message, sender.name);
        await later();
      }
    }
    const members = ['A', 'B'].map((name) => new Member(name));

    await traceConversation(
      async () => {
        for (const member of members) await member.receive('hi', new Member('Boss'));
      },
      { name: 'broadcast', mode: 'receiver' },
    )();

    const conversation = conversationOf(memory.traces[0] as Trace);
    expect(messageLines(conversation)).toEqual(['0 Boss > A: hi', '1 Boss > B: hi']);
    expect(conversation.turns.map(({ message }) => message)).toEqual(['hi', 'hi']);
  });

  it.each([
    ['the one called message', { message: 'hi', urgent: true }, 'hi'],
    ['the only one beside the sender', { text: 'hi', sender: { id: 5 } }, 'hi'],
    ['the only one beside the name of the sender', { text: 'hi', by: 'Ann' }, 'hi'],
    ['all, if none is the message', { text: 'hi', urgent: true }, { text: 'hi', urgent: true }],
    ['what they are', ['hi'], ['hi']],
  ])('to an agent are of the arguments %s', (_what, inputs, content) => {
    const attributes = { 'traced_agents.message.from': 'Ann', 'traced_agents.message.to': 'Bob' };
    const span = { name: 'Bob.hear', attributes: { ...attributes, 'gen_ai.agent.name': 'Bob' } };

    const { messages } = conversationOf(aTrace({ spans: [{ ...span, inputs, outputs: null }] }));

    expect(messages.map(({ from, to, content: told }) => [from, to, told])).toEqual([['Ann', 'Bob', content]]);
  });

  it('are all arguments of a call that nobody is said to have sent', () => {
    const inputs = { message: 'hi', urgent: true };

    expect(conversationOf(aTrace({ spans: [{ inputs, outputs: 'so' }] })).messages[0]?.content).toEqual(inputs);
  });
});

import {
  conversationOf,
  recordMessage,
  shutdown,
  type Trace,
  TracedAgent,
  TracedConversation,
  TracedLLM,
  TracedMessage,
  TracedTool,
  traceConversation,
  withSession,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

afterEach(shutdown);

interface Letter {
  readonly text: string;
  readonly by: unknown;
  readonly isSealed: boolean;
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** Answers each message once, in one of several ways. */
@TracedAgent()
class Talker {
  readonly name: string;
  readonly #answer: (self: Talker, message: string) => string | undefined | Promise<string | undefined>;

  constructor(name: string, answer: Talker['answerTo'] = () => undefined) {
    this.name = name;
    this.#answer = answer;
  }

  @TracedConversation()
  async chat(other: Talker, message: string): Promise<void> {
    await other.receive(message, this);
  }

  @TracedMessage()
  async receive(message: string, sender: Talker): Promise<void> {
    const answer = await this.answerTo(this, message);
    if (answer !== undefined) await sender.receive(answer, this);
  }

  answerTo(self: Talker, message: string): string | undefined | Promise<string | undefined> {
    return this.#answer(self, message);
  }

  @TracedLLM() async think(message: string, model = 'large'): Promise<{ text: string; usage: object }> {
    await later();
    if (model === 'broken') throw new RangeError('overloaded');
    return { text: message, usage };
  }

  @TracedLLM() async *stream(message: string): AsyncGenerator<{ text: string; usage?: object }> {
    for (const text of message.split(' ')) {
      await later();
      yield { text };
    }
    yield { text: '', usage };
  }

  @TracedTool() async look(what: string): Promise<string> {
    await later();
    if (what === 'nowhere') throw new TypeError('not there');
    return what;
  }
}

function stateOf(trace: Trace | undefined): unknown[] {
  return [trace?.info.state, ...(trace?.data.spans ?? []).map(({ name, status }) => `${name} ${status.code}`)];
}

describe('a conversation', () => {
  it('shows a failed call of a model as one, also if a fallback answers', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', async (self, message) => {
      const { text } = await self.think(message, 'broken').catch(() => self.think(message, 'small'));
      return text;
    });

    await new Talker('Ada').chat(bob, 'Hello');

    const [trace] = memory.traces;
    expect(stateOf(trace)).toEqual(['OK', 'chat OK', 'Bob OK', 'think ERROR', 'think OK']);
    expect(conversationOf(trace as Trace).failures).toMatchObject([
      { agent: 'Bob', turn: 0, type: 'RangeError', message: 'overloaded', isHandled: true },
    ]);
  });

  it('shows a tool that failed as one, while the chat went well', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', (self) => self.look('nowhere').catch((error: Error) => `Sorry, ${error.message}`));

    await new Talker('Ada').chat(bob, 'Look');

    const [trace] = memory.traces;
    expect(stateOf(trace)).toEqual(['OK', 'chat OK', 'Bob OK', 'look ERROR']);
    expect(conversationOf(trace as Trace).agents).toMatchObject([{ agent: 'Bob', toolCalls: 1, failures: 1 }]);
  });

  it('that fails keeps what was done, and says so', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', async (self) => {
      await self.look('here');
      throw new Error('no more');
    });

    await expect(new Talker('Ada').chat(bob, 'Hello')).rejects.toThrow('no more');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('chat[look]');
    expect(stateOf(trace)).toEqual(['ERROR', 'chat ERROR', 'look OK']);
  });

  it('holds the streams of its models', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', async (self) => {
      let answer = '';
      for await (const { text } of self.stream('one two')) answer += text;
      return answer;
    });

    await new Talker('Ada').chat(bob, 'Count');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('chat[Bob[stream]]');
    expect(conversationOf(trace as Trace).turns).toMatchObject([{ agent: 'Bob', usage: { totalTokens: 15 } }]);
  });

  it('nests the chats that agents hold in their turns', async () => {
    const memory = recordInMemory();
    const eve = new Talker('Eve', async (self, message) => (await self.think(`really, ${message}`)).text);
    const bob = new Talker('Bob', async (self, message) => {
      if (message.startsWith('really')) return undefined;
      await self.chat(eve, message);
      return (await self.think('so')).text;
    });

    await new Talker('Ada').chat(bob, 'Why?');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('chat[Bob[chat[Eve[think]] think]]');
    expect(
      conversationOf(trace as Trace).turns.map(({ agent, to, parentTurn, llmCalls }) => [
        agent,
        to,
        parentTurn,
        llmCalls,
      ]),
    ).toEqual([
      ['Bob', 'Ada', undefined, 1],
      ['Eve', 'Bob', 0, 1],
    ]);
  });

  it('is one trace with the next if they share a parent, and linked to it by the session otherwise', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', () => 'Yes');
    const ada = new Talker('Ada');

    await withSession({ session: 'monday' }, async () => {
      await withSpan({ name: 'morning' }, async () => {
        await ada.chat(bob, 'Awake?');
        await ada.chat(bob, 'Really?');
      });
      await ada.chat(bob, 'Still?');
    });

    expect(memory.traces.map(treeOf)).toEqual(['morning[chat[Bob] chat[Bob]]', 'chat[Bob]']);
    expect(memory.traces.map(({ info }) => info.session)).toEqual(['monday', 'monday']);
    expect(memory.traces.map(conversationOf).map(({ turns }) => turns.length)).toEqual([2, 1]);
  });

  it('shows who hands over to whom', async () => {
    const memory = recordInMemory();
    const clerk = new Talker('Clerk');
    const expert = new Talker('Expert');

    await traceConversation('support', async () => {
      recordMessage({ from: 'user', to: clerk, content: 'It is broken' });
      await clerk.look('manual');
      recordMessage({ from: clerk, to: expert, content: 'Please take over' });
      await expert.think('fix');
      recordMessage({ from: expert, to: 'user', content: 'Fixed' });
    });

    const { messages, turns } = conversationOf(memory.traces[0] as Trace);
    expect(messages.map(({ from, to, content }) => `${from} > ${to}: ${String(content)}`)).toEqual([
      'user > Clerk: It is broken',
      'Clerk > Expert: Please take over',
      'Expert > user: Fixed',
    ]);
    expect(turns.map(({ agent, llmCalls, toolCalls }) => [agent, llmCalls, toolCalls])).toEqual([
      ['Clerk', 0, 1],
      ['Expert', 1, 0],
    ]);
  });

  it('may have spans around those who hear, instead of those who speak', async () => {
    const memory = recordInMemory();
    class Receptive extends Talker {
      @TracedConversation({ mode: 'receiver', name: 'dialogue' })
      async talk(other: Talker, message: string): Promise<void> {
        await other.receive(message, this);
      }
    }
    const bob = new Talker('Bob', async (self, message) => (await self.think(message)).text);

    await new Receptive('Ada').talk(bob, 'Hello');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('dialogue[Bob[think Ada]]');
    expect(conversationOf(trace as Trace).turns.map(({ agent, from, to, index }) => [index, agent, from, to])).toEqual([
      [0, 'Bob', 'Ada', 'Bob'],
      [1, 'Ada', 'Bob', 'Ada'],
    ]);
  });

  it('reads messages off the arguments as it is told', async () => {
    const memory = recordInMemory();
    class Postman {
      readonly name: string = 'Postman';
      @TracedConversation() async deliver(other: Postman): Promise<void> {
        await other.take({ text: 'Hello', by: 'Ada', isSealed: true });
        await this.take({ text: 'Thanks', by: other, isSealed: false });
        await this.take({ text: 'Bye', by: undefined, isSealed: false });
      }
      @TracedMessage({
        message: ({ text }: Letter) => text,
        sender: ({ by }: Letter) => by,
        valid: ({ isSealed }: Letter) => isSealed,
      })
      async take(_letter: Letter): Promise<void> {}
    }
    class Bob extends Postman {
      override readonly name = 'Bob';
    }

    await new Postman().deliver(new Bob());

    const said = memory.traces[0]?.data.spans.filter(({ type }) => type === 'AGENT') ?? [];
    expect(said.map(({ name, inputs, outputs }) => [name, inputs, outputs])).toEqual([
      ['Bob', { message: 'Hello', sender: 'Ada', valid: true }, { message: 'Thanks', sender: 'Bob', valid: false }],
      [
        'unknown',
        { message: 'Thanks', sender: 'Bob', valid: false },
        { message: 'Bye', sender: 'unknown', valid: false },
      ],
    ]);
  });

  it('goes on where the reading of a message fails', async () => {
    const errors: string[] = [];
    recordInMemory({ onError: ({ message }) => errors.push(message) });
    class Deaf {
      readonly heard: string[] = [];
      @TracedConversation() chat(): void {
        this.hear('Hello');
      }
      @TracedMessage({
        message: () => {
          throw new Error('no letters');
        },
      })
      hear(message: string): void {
        this.heard.push(message);
      }
    }
    const deaf = new Deaf();

    deaf.chat();
    deaf.hear('Outside');

    expect(deaf.heard).toEqual(['Hello', 'Outside']);
    expect(errors).toEqual([expect.stringContaining("reading the message of 'hear': Error: no letters")]);
  });

  it('may be held by a function', async () => {
    const memory = recordInMemory();
    const bob = new Talker('Bob', () => 'Yes');
    const ask = traceConversation((question: string) => bob.receive(question, new Talker('Ada')), { name: 'ask' });

    await ask('Awake?');

    expect(memory.traces.map(treeOf)).toEqual(['ask[Bob]']);
    expect(memory.traces[0]?.data.spans[0]?.inputs).toEqual({ question: 'Awake?' });
    expect(() => traceConversation(ask, { mood: 'good' } as object)).toThrow("'mood'");
    expect(() => traceConversation({ name: 'x' }, 5 as unknown as () => void)).toThrow(TypeError);
  });

  it('is not needed: a message outside of one is an entry of its agent', async () => {
    const memory = recordInMemory();

    await new Talker('Bob', async (self) => (await self.think('x')).text).receive('Hello', new Talker('Ada'));
    recordMessage({ from: 'Ada', to: 'Bob', content: 'nobody hears it' });

    expect(memory.traces.map(treeOf)).toEqual(['Bob.receive[think Ada.receive]']);
    expect(conversationOf(memory.traces[0] as Trace).turns.map(({ agent, from }) => [agent, from])).toEqual([
      ['Bob', 'Ada'],
      ['Ada', 'Bob'],
    ]);
  });
});

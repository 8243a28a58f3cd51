import {
  BudgetExceededError,
  conversationOf,
  getBudgetSignal,
  recordMessage,
  shutdown,
  type Trace,
  TracedAgent,
  TracedConversation,
  TracedLLM,
  TracedMessage,
  TracedTool,
  type TracingError,
  traceConversation,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

afterEach(shutdown);

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const complete = traceTool(async (text: string) => text, { name: 'complete' });

/** An agent of AG2's shape: it is told things, is asked for a reply, and says it when it is told to. */
@TracedAgent()
class Member {
  readonly name: string;
  readonly heard: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  @TracedConversation({ name: 'initiate_chat' })
  async initiateChat(manager: Member, message: string): Promise<void> {
    await manager.receive(message, this);
  }

  @TracedMessage()
  async receive(message: string, _sender: Member): Promise<void> {
    this.heard.push(message);
  }

  async generateReply(): Promise<string> {
    await this.think();
    return complete(`I am ${this.name}`);
  }

  @TracedLLM() async think() {
    await later();
    return { usage };
  }
}

/** Its loop runs within `receive`, as AG2's does: tell all, choose one, let that one reply and hear the reply. */
class Manager extends Member {
  readonly #members: readonly Member[];
  #isAtWork = false;

  constructor(members: readonly Member[], name = 'chat_manager') {
    super(name);
    this.#members = members;
  }

  @TracedMessage()
  override async receive(message: string, sender: Member): Promise<void> {
    await super.receive(message, sender);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    for (const speaker of this.#members) {
      for (const member of this.#members) await member.receive(this.heard.at(-1) ?? '', this);
      await this.choose();
      const reply = await speaker.generateReply();
      await this.receive(reply, speaker);
    }
  }

  @TracedTool() async choose(): Promise<void> {
    await later();
  }
}

function rows(trace: Trace | undefined): unknown[] {
  if (trace === undefined) return [];
  return conversationOf(trace).turns.map(({ agent, to, message, llmCalls, toolCalls, usage: spent }) => [
    agent,
    to,
    message,
    llmCalls,
    toolCalls,
    spent?.totalTokens,
  ]);
}

function heardBy(trace: Trace | undefined): unknown[] {
  const spans = trace?.data.spans.filter(({ type }) => type === 'AGENT') ?? [];
  return spans.map(({ name, inputs }) => [name, (inputs as { message: unknown }).message]);
}

describe('work in a conversation', () => {
  it('belongs to the speaker whom a manager asks for a reply, and choosing one to the manager', async () => {
    const memory = recordInMemory();
    const members = ['Ada', 'Bob'].map((name) => new Member(name));

    await new Member('user').initiateChat(new Manager(members), 'Who are you?');

    expect(memory.traces.map(treeOf)).toEqual(['initiate_chat[choose Ada[think complete] choose Bob[think complete]]']);
    expect(rows(memory.traces[0])).toEqual([
      ['Ada', 'chat_manager', 'I am Ada', 1, 1, 15],
      ['Bob', 'chat_manager', 'I am Bob', 1, 1, 15],
    ]);
  });

  it('gives a manager that speaks itself a turn for choosing', async () => {
    const memory = recordInMemory();

    await new Member('user').initiateChat(new Manager([new Member('Ada')], 'Boss'), 'Who are you?');

    expect(memory.traces.map(treeOf)).toEqual(['initiate_chat[Boss choose Ada[think complete]]']);
    const [choice] = memory.traces[0]?.data.spans.filter(({ name }) => name === 'choose') ?? [];
    expect(choice?.getAttribute('gen_ai.agent.name')).toBe('Boss');
  });

  it('belongs to whoever had been spoken to where two share a name', async () => {
    const memory = recordInMemory();
    const [one, two] = [new Member('Twin'), new Member('Twin')];

    await traceConversation('twins', async () => {
      recordMessage({ from: 'user', to: one, content: 'for one' });
      recordMessage({ from: 'user', to: two, content: 'for two' });
      await Promise.all(
        [one, two].map(async (twin, index) => {
          await twin.think();
          recordMessage({ from: twin, to: 'user', content: `by ${index}` });
        }),
      );
    });

    expect(heardBy(memory.traces[0]).slice(1)).toEqual([
      ['Twin', 'for one'],
      ['Twin', 'for two'],
    ]);
  });

  it('of a conversation in another stays apart from it', async () => {
    const memory = recordInMemory();
    class Lead extends Member {
      @TracedMessage()
      override async receive(message: string, sender: Member): Promise<void> {
        await super.receive(message, sender);
        const team = ['W1', 'W2'].map((name) => new Member(name));
        await traceConversation('team', async () => {
          recordMessage({ from: this, to: 'team', content: 'Work!' });
          for (const worker of team) {
            await worker.think();
            recordMessage({ from: worker, to: this, content: 'Done' });
          }
        });
        await sender.receive('All done', this);
      }
    }

    await new Member('user').initiateChat(new Lead('Bob'), 'Please');

    expect(memory.traces.map(treeOf)).toEqual(['initiate_chat[Bob[team[W1[think] W2[think]]]]']);
  });

  it('tells each of several that answer at once what was said before they began', async () => {
    const memory = recordInMemory();
    const [ada, bob] = [new Member('Ada'), new Member('Bob')];

    await traceConversation('team', async () => {
      recordMessage({ from: 'user', to: 'team', content: 'All of you' });
      await Promise.all([ada.think(), bob.think()]);
      recordMessage({ from: ada, to: 'team', content: 'A' });
      recordMessage({ from: bob, to: 'team', content: 'B' });
    });

    expect(heardBy(memory.traces[0])).toEqual([
      ['Ada', 'All of you'],
      ['Bob', 'All of you'],
    ]);
  });

  it('gives a turn the time in which its agent was at work, not that of others', async () => {
    const memory = recordInMemory();

    await traceConversation('round', async () => {
      recordMessage({ from: 'chair', to: 'all', content: 'Begin' });
      for (const name of ['X', 'Y', 'Z']) {
        await later(10);
        recordMessage({ from: name, to: 'chair', content: 'ready' });
      }
    });

    const { turns } = conversationOf(memory.traces[0] as Trace);
    const [first, second, third] = turns;
    expect(second?.startTimeNs).toBeGreaterThanOrEqual((first?.startTimeNs ?? 0n) + 5_000_000n);
    expect(third?.startTimeNs).toBeGreaterThanOrEqual((second?.startTimeNs ?? 0n) + 5_000_000n);
  });

  it('that fails or that nobody speaks for tells whose it was', async () => {
    const memory = recordInMemory();
    class Broken extends Member {
      override async receive(message: string, sender: Member): Promise<void> {
        await super.receive(message, sender);
        await this.think();
        throw new Error('no answer');
      }
    }

    await expect(new Member('user').initiateChat(new Broken('Bob'), 'Why?')).rejects.toThrow('no answer');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('initiate_chat[think]');
    expect(trace?.data.spans[1]?.getAttribute('gen_ai.agent.name')).toBe('Bob');
    const { agents, matrix } = conversationOf(trace as Trace);
    expect(
      agents.map(({ agent, turns, llmCalls, usage: spent }) => [agent, turns, llmCalls, spent?.totalTokens]),
    ).toEqual([
      ['Bob', 0, 1, 15],
      [undefined, 0, 0, undefined],
    ]);
    expect(matrix.rows.map(({ agent, cells }) => [agent, [...cells.keys()]])).toEqual([['Bob', [undefined]]]);
  });
});

describe('messages of a conversation', () => {
  it('are kept where nobody answers', async () => {
    const memory = recordInMemory();
    const ask = () =>
      traceConversation('ask', () => {
        recordMessage({ from: 'user', to: 'Ada', content: 'THE QUESTION' });
        throw new Error('gone');
      });

    expect(ask).toThrow('gone');

    const [event] =
      memory.traces[0]?.data.spans[0]?.events.filter(({ name }) => name === 'traced_agents.message') ?? [];
    expect(event?.attributes).toEqual({
      from: 'user',
      to: 'Ada',
      message: '{"message":"THE QUESTION","sender":"user","valid":true}',
    });
  });

  it('that come after its end belong to none further out', async () => {
    const memory = recordInMemory();
    let late = async (): Promise<void> => undefined;

    await traceConversation('outer', async () => {
      recordMessage({ from: 'u', to: 'v', content: 'outer question' });
      await traceConversation('inner', async () => {
        recordMessage({ from: 'x', to: 'y', content: 'inner question' });
        const answered = later(5).then(() => recordMessage({ from: 'y', to: 'x', content: 'too late' }));
        late = () => answered;
      });
      await late();
    });

    expect(memory.traces.map(treeOf)).toEqual(['outer[inner]']);
  });

  it('leave each agent what it did while others spoke first', async () => {
    const memory = recordInMemory();
    const members = ['Ada', 'Bob', 'Cy'].map((name) => new Member(name));

    await traceConversation('ask all', () =>
      Promise.all(
        members.map(async (member) => {
          await member.think();
          recordMessage({ from: member, to: 'team', content: member.name });
        }),
      ),
    );

    expect(memory.traces.map(treeOf)).toEqual(['ask all[think Bob[think] Cy[think]]']);
    const agents = memory.traces.flatMap((trace) => conversationOf(trace).agents);
    expect(agents.map(({ agent, usage: own }) => [agent, own?.totalTokens]).toSorted()).toEqual([
      ['Ada', 15],
      ['Bob', 15],
      ['Cy', 15],
    ]);
  });

  it.each([undefined, null, 5, {}])('that are none do no harm: %o', async (message) => {
    const errors: TracingError[] = [];
    const memory = recordInMemory({ onError: (error) => errors.push(error) });

    traceConversation('odd', () => {
      recordMessage({ from: 'a', to: 'b', content: undefined });
      recordMessage(message as never);
    });

    expect(memory.traces).toHaveLength(1);
    expect(errors.length).toBe(message == null ? 1 : 0);
  });
});

describe('the budget of an agent that is spoken to', () => {
  @TracedAgent({ budget: { llmCalls: 2, ms: 10_000 } })
  class Frugal extends Member {
    calls = 0;
    signal: AbortSignal | undefined;

    override async receive(message: string, sender: Member): Promise<void> {
      await super.receive(message, sender);
      this.signal = getBudgetSignal();
      this.calls += 1;
      await this.think();
      await sender.receive('more?', this);
    }
  }

  class Nagging extends Member {
    override async receive(message: string, sender: Member): Promise<void> {
      await super.receive(message, sender);
      await sender.receive('more!', this);
    }
  }

  it('begins with the first message to it', async () => {
    const memory = recordInMemory();
    const frugal = new Frugal('Frugal');

    const error: unknown = await new Nagging('user').initiateChat(frugal, 'go').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BudgetExceededError);
    expect(error).toMatchObject({ agent: 'Frugal', kind: 'llmCalls', limit: 2, used: 2 });
    expect([frugal.calls, frugal.signal?.aborted]).toEqual([3, true]);
    expect(memory.traces[0]?.data.spans[0]?.getAttribute('traced_agents.budget.exceeded')).toBe('llmCalls');
  });
});

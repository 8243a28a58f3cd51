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
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

afterEach(shutdown);

/** Thinks for some milliseconds, then says its name to whoever spoke to it. */
@TracedAgent()
class Member {
  readonly name: string;
  readonly #ms: number;

  constructor(name: string, ms = 1) {
    this.name = name;
    this.#ms = ms;
  }

  @TracedMessage()
  async receive(message: string, sender: { receive(message: string, sender: object): unknown }): Promise<void> {
    if (!message.endsWith(`${this.name}?`)) return;
    await this.think(message);
    await sender.receive(`I am ${this.name}`, this);
  }

  @TracedAgent()
  async onMessages(message: string): Promise<string> {
    return this.think(message);
  }

  @TracedLLM({ name: 'think' })
  async think(_message: string): Promise<string> {
    await later(this.#ms);
    return this.name;
  }
}

/** Hands on what one says to all, and chooses who speaks next. */
@TracedAgent()
class Manager {
  readonly name = 'chat_manager';
  readonly #members: readonly Member[];
  readonly heard: string[] = [];

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  @TracedConversation()
  async chat(user: Member, message: string): Promise<void> {
    await this.receive(message, user);
    for (const { name } of this.#members) {
      await this.choose();
      await Promise.all(this.#members.map((member) => member.receive(`Who is ${name}?`, this)));
    }
  }

  @TracedMessage()
  async receive(message: string, _sender: object): Promise<void> {
    this.heard.push(message);
  }

  @TracedTool() async choose(): Promise<void> {
    await later();
  }
}

/** A line for each turn: `agent > to (chosen by whom): heard | said`. */
function turnLines(trace: Trace | undefined): string[] {
  if (trace === undefined) return [];
  return conversationOf(trace).turns.map(({ agent, to, chosenBy, message, spanId }) => {
    const inputs = trace.data.spans.find((span) => span.spanId === spanId)?.inputs as { message: string };
    return `${agent} > ${to} (${chosenBy}): ${inputs.message} | ${String(message)}`;
  });
}

function team(): [Member, Member, Member] {
  return [new Member('Ada', 9), new Member('Bob', 5), new Member('Eve', 1)];
}

describe('a group chat', () => {
  it('tells who chose the speaker, and what the speaker was sent', async () => {
    const memory = recordInMemory();
    const manager = new Manager(team());

    await manager.chat(new Member('user'), 'Introduce yourselves.');

    expect(manager.heard).toHaveLength(4);
    expect(memory.traces.map(treeOf)).toEqual(['chat[choose Ada[think] choose Bob[think] choose Eve[think]]']);
    expect(turnLines(memory.traces[0])).toEqual([
      'Ada > chat_manager (chat_manager): Who is Ada? | I am Ada',
      'Bob > chat_manager (chat_manager): Who is Bob? | I am Bob',
      'Eve > chat_manager (chat_manager): Who is Eve? | I am Eve',
    ]);
  });

  it('gives each of several that speak at once its own work, and what it was told itself', async () => {
    const memory = recordInMemory();
    const members = team();

    await traceConversation('broadcast', async () => {
      recordMessage({ from: 'user', to: 'team', content: 'All at once!' });
      await Promise.all(
        members.map(async (member) => {
          recordMessage({ from: 'team', to: member, content: `You, ${member.name}!` });
          const said = await member.onMessages('?');
          recordMessage({ from: member, to: 'team', content: said, chosenBy: 'team' });
        }),
      );
    });

    expect(treeOf(memory.traces[0])).toBe(
      'broadcast[team Ada[Ada.onMessages[think]] team Bob[Bob.onMessages[think]] team Eve[Eve.onMessages[think]]]',
    );
    const lines = turnLines(memory.traces[0]).filter((line) => !line.startsWith('team'));
    expect(lines.toSorted()).toEqual([
      'Ada > team (team): You, Ada! | Ada',
      'Bob > team (team): You, Bob! | Bob',
      'Eve > team (team): You, Eve! | Eve',
    ]);
  });

  it('does so where names alone are recorded', async () => {
    const memory = recordInMemory();

    await traceConversation('broadcast', async () => {
      recordMessage({ from: 'user', to: 'team', content: 'All at once!' });
      await Promise.all(
        team().map(async (member) => {
          recordMessage({ from: member.name, to: 'team', content: await member.onMessages('?') });
        }),
      );
    });

    expect(treeOf(memory.traces[0])).toBe(
      'broadcast[Ada[Ada.onMessages[think]] Bob[Bob.onMessages[think]] Eve[Eve.onMessages[think]]]',
    );
  });

  it('gives an agent whatever another did for it', async () => {
    const memory = recordInMemory();
    const [ada, bob] = team();

    await traceConversation('chat', async () => {
      recordMessage({ from: 'user', to: ada, content: 'Who are you?' });
      recordMessage({ from: ada, content: `With ${await bob.onMessages('Help me')}'s help: Ada` });
    });

    expect(treeOf(memory.traces[0])).toBe('chat[Ada[Bob.onMessages[think]]]');
    expect(
      memory.traces
        .map(conversationOf)[0]
        ?.turns.map(({ agent, parentTurn, llmCalls }) => [agent, parentTurn, llmCalls]),
    ).toEqual([
      ['Ada', undefined, 0],
      ['Bob', 0, 1],
    ]);
  });
});

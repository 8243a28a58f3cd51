import { shutdown, TracedAgent, TracedConversation, TracedLLM, TracedMessage, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

afterEach(shutdown);

/** Says the lines of its part, asking a model for each. */
@TracedAgent()
class Speaker {
  readonly name: string;
  readonly #lines: string[];

  constructor(name: string, lines: string[]) {
    this.name = name;
    this.#lines = lines;
  }

  @TracedConversation({ name: 'initiate_chat' })
  async chat(other: Speaker, message: string): Promise<string> {
    await other.receive(message, this);
    return 'done';
  }

  @TracedMessage()
  async receive(_message: string, sender: Speaker): Promise<void> {
    await later();
    const line = this.#lines.shift();
    if (line === undefined) return;
    const reply = await this.think(line);
    await sender.receive(reply, this);
  }

  @TracedLLM({ name: 'chat_completion' })
  async think(line: string): Promise<string> {
    await later();
    return line;
  }
}

describe('a conversation', () => {
  it('has a span for each message but the first, with the work of its turn', async () => {
    const memory = recordInMemory();
    const ada = new Speaker('Ada', ['two']);
    const bob = new Speaker('Bob', ['one', 'three']);

    await ada.chat(bob, 'zero');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('initiate_chat[Bob[chat_completion] Ada[chat_completion] Bob[chat_completion]]');
    const said = trace?.data.spans.filter(({ type }) => type === 'AGENT');
    expect(said?.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [
        { message: 'zero', sender: 'Ada', valid: true },
        { message: 'one', sender: 'Bob', valid: true },
      ],
      [
        { message: 'one', sender: 'Bob', valid: true },
        { message: 'two', sender: 'Ada', valid: true },
      ],
      [
        { message: 'two', sender: 'Ada', valid: true },
        { message: 'three', sender: 'Bob', valid: true },
      ],
    ]);
    expect(said?.map((span) => span.getAttribute('traced_agents.message.to'))).toEqual(['Ada', 'Bob', 'Ada']);
    expect(said?.map((span) => span.getAttribute('traced_agents.turn.index'))).toEqual([0, 1, 2]);
    expect(trace?.data.spans[0]?.inputs).toEqual({ other: 'Bob', message: 'zero' });
  });

  it('never mixes with another one', async () => {
    const memory = recordInMemory();
    const chats = Array.from({ length: 50 }, (_, index) =>
      new Speaker(`A${index}`, ['two']).chat(new Speaker(`B${index}`, ['one', 'three']), `zero ${index}`),
    );

    await Promise.all(chats);

    const trees = memory.traces.map(treeOf);
    expect(trees.toSorted()).toEqual(
      Array.from(
        { length: 50 },
        (_, i) => `initiate_chat[B${i}[chat_completion] A${i}[chat_completion] B${i}[chat_completion]]`,
      ).toSorted(),
    );
  });

  it('keeps what follows the last message to itself', async () => {
    const memory = recordInMemory();
    const summarize = traceTool(async () => later(), { name: 'summarize' });
    class Reflective extends Speaker {
      override async chat(other: Speaker, message: string): Promise<string> {
        return await super.chat(other, message);
      }
      @TracedConversation({ name: 'reflective_chat' })
      async reflect(other: Speaker): Promise<void> {
        await other.receive('zero', this);
        await summarize();
      }
    }

    await new Reflective('Ada', []).reflect(new Speaker('Bob', ['one']));

    expect(treeOf(memory.traces[0])).toBe('reflective_chat[Bob[chat_completion] summarize]');
  });

  it('outside of one a message is an entry of its agent', async () => {
    const memory = recordInMemory();
    const ada = new Speaker('Ada', []);

    await new Speaker('Bob', ['one']).receive('zero', ada);

    expect(treeOf(memory.traces[0])).toBe('Bob.receive[chat_completion Ada.receive]');
  });
});

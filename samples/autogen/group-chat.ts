import { recordMessage, TracedAgent, TracedConversation } from 'traced-agents';
import type { AssistantAgent, TaskResult, TextMessage } from './assistant-agent.js';
import type { OpenAIChatCompletionClient } from './model-client.js';

/** How a team works. */
export interface TeamOptions {
  readonly participants: readonly AssistantAgent[];
  /** Whether a message ends the work. */
  readonly isTermination: (message: TextMessage) => boolean;
  /** @default 10 */
  readonly maxTurns?: number;
}

/** The names that teams have in AutoGen. */
const teamNames = ['RoundRobinGroupChat', 'SelectorGroupChat'] as const;

/** Agents that work on one task, one after the other: each is told by the team what the others have said since it spoke last. */
@TracedAgent()
abstract class GroupChat {
  abstract readonly name: (typeof teamNames)[number];
  readonly participants: readonly AssistantAgent[];
  readonly #options: TeamOptions;

  constructor(options: TeamOptions) {
    this.#options = options;
    this.participants = options.participants;
  }

  /** Works on a task until the team is done. A team only hands on what is said: that is no turn of its own. */
  @TracedConversation({ name: 'run', ignoreSenders: teamNames })
  async run(task: string): Promise<TaskResult> {
    const { isTermination, maxTurns = 10 } = this.#options;
    const messages: TextMessage[] = [{ type: 'TextMessage', source: 'user', content: task }];
    const heard = new Map<AssistantAgent, number>();
    recordMessage({ from: 'user', to: this, content: task });
    for (let turn = 0; turn < maxTurns; turn += 1) {
      const speaker = await this.selectSpeaker(messages, turn);
      const news = messages.slice(heard.get(speaker) ?? 0).filter(({ source }) => source !== speaker.name);
      recordMessage({ from: this, to: speaker, content: news });
      const { chat_message } = await speaker.onMessages(news);
      recordMessage({ from: speaker, to: this, content: chat_message.content });
      messages.push(chat_message);
      heard.set(speaker, messages.length);
      if (isTermination(chat_message)) return { messages, stop_reason: 'terminated' };
    }
    return { messages, stop_reason: 'maximum number of turns' };
  }

  /** Who speaks next. */
  protected abstract selectSpeaker(messages: readonly TextMessage[], turn: number): Promise<AssistantAgent>;
}

/** Everybody speaks in turn. */
export class RoundRobinGroupChat extends GroupChat {
  override readonly name = 'RoundRobinGroupChat';

  protected override async selectSpeaker(_messages: readonly TextMessage[], turn: number): Promise<AssistantAgent> {
    return this.participants[turn % this.participants.length] as AssistantAgent; // within the bounds
  }
}

/** A model chooses who speaks next. */
export class SelectorGroupChat extends GroupChat {
  override readonly name = 'SelectorGroupChat';
  readonly #modelClient: OpenAIChatCompletionClient;

  constructor({ modelClient, ...options }: TeamOptions & { readonly modelClient: OpenAIChatCompletionClient }) {
    super(options);
    this.#modelClient = modelClient;
  }

  @TracedAgent()
  protected override async selectSpeaker(messages: readonly TextMessage[]): Promise<AssistantAgent> {
    const names = this.participants.map(({ name }) => name);
    const said = messages.map(({ source, content }) => `${source}: ${content}`).join('\n');
    const { content } = await this.#modelClient.create([
      { type: 'SystemMessage', content: `Who of ${names.join(', ')} speaks next? Answer with the name alone.` },
      { type: 'UserMessage', content: said, source: 'user' },
    ]);
    const chosen = this.participants.find(({ name }) => name === content);
    return chosen ?? (this.participants[0] as AssistantAgent); // a team has members
  }
}

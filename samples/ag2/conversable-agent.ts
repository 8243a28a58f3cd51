import type OpenAI from 'openai';
import { TracedAgent, TracedLLM, traceTool } from 'traced-agents';

type Message = OpenAI.Chat.ChatCompletionMessageParam;
type Tool = OpenAI.Chat.ChatCompletionFunctionTool;
type ToolCall = OpenAI.Chat.ChatCompletionMessageToolCall;

/** The model an agent thinks with. */
export interface LLMConfig {
  readonly client: OpenAI;
  readonly model: string;
}

/** What an agent is made of. */
export interface AgentConfig {
  readonly name: string;
  readonly systemMessage?: string;
  /** `false`: an agent without a model, which only executes tools. */
  readonly llmConfig: LLMConfig | false;
  /** Whether a message ends the chat. */
  readonly isTerminationMessage?: (message: Message) => boolean;
  readonly humanInputMode: 'NEVER';
}

/** How a chat went. */
export interface ChatResult {
  readonly chatHistory: readonly Message[];
  /** The last message, without the word that ended the chat. */
  readonly summary: string;
}

interface RegisteredTool {
  readonly parameters: readonly string[];
  readonly run: (...args: never[]) => unknown;
}

/** An agent that talks to another one in turns, as AG2's `ConversableAgent` does. */
@TracedAgent({ methods: { initiateChat: 'initiate_chat', generateReply: 'generate_reply' } })
export class ConversableAgent {
  readonly name: string;
  readonly #config: AgentConfig;
  readonly #offered: Tool[] = [];
  readonly #executable = new Map<string, RegisteredTool>();

  constructor(config: AgentConfig) {
    this.name = config.name;
    this.#config = config;
  }

  /** Tells the model of a tool. */
  registerForLlm(name: string, description: string, parameters: { properties: object }): void {
    this.#offered.push({ type: 'function', function: { name, description, parameters: { ...parameters } } });
  }

  /** Lets the agent execute a tool; `parameters` are the names of its arguments, in order. */
  registerForExecution(name: string, parameters: readonly string[], run: (...args: never[]) => unknown): void {
    this.#executable.set(name, { parameters, run: traceTool(run, { name, argNames: parameters }) });
  }

  /** Begins a chat with another agent, and takes turns until one of them ends it. */
  async initiateChat(recipient: ConversableAgent, message: string, maxTurns = 20): Promise<ChatResult> {
    const history: Message[] = [{ role: 'user', content: message }];
    let [speaker, listener] = [recipient, this as ConversableAgent];
    for (let turn = 0; turn < maxTurns; turn += 1) {
      const replies = await speaker.generateReply(history);
      if (replies.length === 0) break;
      history.push(...replies);
      if (listener.isEnd(replies)) break;
      [speaker, listener] = [listener, speaker];
    }
    return { chatHistory: history, summary: summaryOf(history) };
  }

  /** One turn: executes the tools that were asked for, else asks the model. */
  async generateReply(history: readonly Message[]): Promise<Message[]> {
    const last = history.at(-1);
    if (last?.role === 'assistant' && last.tool_calls !== undefined)
      return Promise.all(last.tool_calls.map((call) => this.execute(call)));
    if (this.#config.llmConfig === false) return [];
    const { model } = this.#config.llmConfig;
    const messages: Message[] = [{ role: 'system', content: this.#config.systemMessage ?? '' }, ...history];
    const completion = await this.complete(messages, this.#offered, model);
    return completion.choices.map((choice) => choice.message);
  }

  @TracedLLM({ name: 'chat_completion', provider: 'openai' })
  private complete(messages: readonly Message[], tools: readonly Tool[], model: string) {
    if (this.#config.llmConfig === false) throw new Error(`${this.name} has no model.`);
    return this.#config.llmConfig.client.chat.completions.create({ model, messages: [...messages], tools: [...tools] });
  }

  /** A tool that fails tells the model so; the chat goes on. */
  private async execute(call: ToolCall): Promise<Message> {
    return { role: 'tool', tool_call_id: call.id, content: await this.run(call) };
  }

  private async run(call: ToolCall): Promise<string> {
    if (call.type !== 'function') return `Error: ${call.type} calls are not supported.`;
    const tool = this.#executable.get(call.function.name);
    if (tool === undefined) return `Error: Function ${call.function.name} not found.`;
    try {
      const args = JSON.parse(call.function.arguments) as Record<string, never>;
      return String(await tool.run(...tool.parameters.map((name) => args[name] as never)));
    } catch (error) {
      return `Error: ${(error as Error).message}`;
    }
  }

  private isEnd(replies: readonly Message[]): boolean {
    return replies.some((reply) => this.#config.isTerminationMessage?.(reply) === true);
  }
}

function summaryOf(history: readonly Message[]): string {
  const content = history.at(-1)?.content;
  return typeof content === 'string' ? content.replace('TERMINATE', '').trim() : '';
}

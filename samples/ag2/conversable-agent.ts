import type OpenAI from 'openai';
import { TracedAgent, TracedConversation, TracedLLM, TracedMessage, traceTool } from 'traced-agents';

type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;
type ToolMessage = OpenAI.Chat.ChatCompletionToolMessageParam;
type ToolCall = OpenAI.Chat.ChatCompletionMessageToolCall;
type OfferedTool = OpenAI.Chat.ChatCompletionFunctionTool;

/** What one agent says to another: a chat message, or the results of all the tools that the last one asked for. */
export type Message = ChatMessage | ToolResponses;

/** The results of tools, as one message. */
export interface ToolResponses {
  readonly role: 'tool';
  readonly content: string;
  readonly tool_responses: readonly ToolMessage[];
}

/** A function that a model can ask for. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments; its properties stand in the order of the function's parameters. */
  readonly parameters: { readonly type: 'object'; readonly properties: object; readonly required: readonly string[] };
  readonly run: (...args: never[]) => unknown;
}

/** The model an agent thinks with. */
export interface LLMConfig {
  readonly client: OpenAI;
  readonly model: string;
}

/** What an agent is made of. */
export interface AgentConfig {
  readonly name: string;
  /** @default none */
  readonly systemMessage?: string;
  /** `false`: an agent without a model, which only executes tools. */
  readonly llmConfig: LLMConfig | false;
  /** Whether a message that the agent gets ends the chat. @default no message does */
  readonly isTerminationMessage?: (message: Message) => boolean;
  /** Nobody is asked: the agents talk among themselves. */
  readonly humanInputMode: 'NEVER';
}

/** How a chat is held. */
export interface ChatOptions {
  /** @default 20 */
  readonly maxTurns?: number;
  /** The last message, or what the model of the other agent makes of them all. @default 'last_msg' */
  readonly summaryMethod?: 'last_msg' | 'reflection_with_llm';
}

/** How a chat went, as the agent that began it saw it. */
export interface ChatResult {
  readonly chatHistory: readonly Message[];
  /** The last message, without the word that ended the chat. */
  readonly summary: string;
}

/** An agent that talks to others, as AG2's `ConversableAgent` does. */
@TracedAgent()
export class ConversableAgent {
  readonly name: string;
  readonly #config: AgentConfig;
  readonly #chats = new Map<ConversableAgent, Message[]>();
  readonly #offered: OfferedTool[] = [];
  readonly #executable = new Map<string, Tool>();

  constructor(config: AgentConfig) {
    this.name = config.name;
    this.#config = config;
  }

  /** Tells the agent's model of a tool. */
  registerForLlm({ name, description, parameters }: Tool): void {
    this.#offered.push({ type: 'function', function: { name, description, parameters: { ...parameters } } });
  }

  /** Lets the agent execute a tool, each time as a span of its own. */
  registerForExecution(tool: Tool): void {
    const argNames = Object.keys(tool.parameters.properties);
    this.#executable.set(tool.name, { ...tool, run: traceTool(tool.run, { name: tool.name, argNames }) });
  }

  /** Begins a new chat; in each turn this agent speaks and the other one answers. It ends when one of them has no reply. */
  @TracedConversation({ name: 'initiate_chat', messageFormat: 'ag2' })
  async initiateChat(
    recipient: ConversableAgent,
    message: string,
    { maxTurns = 20, summaryMethod = 'last_msg' }: ChatOptions = {},
  ): Promise<ChatResult> {
    this.#chats.delete(recipient);
    recipient.#chats.delete(this);
    let next: Message | undefined = { role: 'assistant', content: message };
    for (let turn = 0; next !== undefined && turn < maxTurns; turn += 1) {
      await this.send(next, recipient, true);
      next = await this.replyTo(recipient);
    }
    const chatHistory = this.chatWith(recipient);
    const summary = summaryMethod === 'last_msg' ? textOf(chatHistory.at(-1)) : await recipient.reflectOn(this);
    return { chatHistory, summary: summary.replace('TERMINATE', '').trim() };
  }

  /** Says something to another agent, and waits for its answer if one is asked for. */
  async send(message: Message, recipient: ConversableAgent, requestReply: boolean): Promise<void> {
    this.chatWith(recipient).push(message);
    await recipient.receive(message, this, requestReply);
  }

  /** Hears another agent, and answers if asked to. A text that somebody else has said is a user's, for the model. */
  @TracedMessage({ message: shown })
  async receive(message: Message, sender: ConversableAgent, requestReply: boolean): Promise<void> {
    const isText = message.role === 'assistant' && message.tool_calls === undefined;
    this.chatWith(sender).push(isText ? { role: 'user', content: textOf(message) } : message);
    const reply = requestReply ? await this.replyTo(sender) : undefined;
    if (reply !== undefined) await this.send(reply, sender, false);
  }

  /** The takeaway of the chat with another agent, in the words of the model. */
  async reflectOn(peer: ConversableAgent): Promise<string> {
    if (this.#config.llmConfig === false) return '';
    const chat = this.chatWith(peer).flatMap((message) =>
      'tool_responses' in message ? message.tool_responses : message,
    );
    const completion = await this.complete(
      [
        ...chat,
        {
          role: 'system',
          content: 'Summarize the takeaway from the conversation. Do not add any introductory phrases.',
        },
      ],
      [],
      this.#config.llmConfig.model,
    );
    return completion.choices[0]?.message.content ?? '';
  }

  /** Executes the tools that the last message asks for, else asks the model. */
  async generateReply(messages: readonly Message[]): Promise<Message | undefined> {
    const last = messages.at(-1);
    if (last?.role === 'assistant' && last.tool_calls !== undefined) return this.executeTools(last.tool_calls);
    if (this.#config.llmConfig === false) return undefined;
    const { systemMessage, llmConfig } = this.#config;
    const system: ChatMessage[] = systemMessage === undefined ? [] : [{ role: 'system', content: systemMessage }];
    const chat = messages.flatMap((message) => ('tool_responses' in message ? message.tool_responses : message));
    const completion = await this.complete([...system, ...chat], this.#offered, llmConfig.model);
    return completion.choices[0]?.message;
  }

  @TracedLLM({ name: 'chat_completion', provider: 'openai' })
  private complete(messages: ChatMessage[], tools: OfferedTool[], model: string) {
    if (this.#config.llmConfig === false) throw new Error(`${this.name} has no model.`);
    const { client } = this.#config.llmConfig;
    return client.chat.completions.create({ model, messages, ...(tools.length > 0 && { tools }) });
  }

  private async replyTo(sender: ConversableAgent): Promise<Message | undefined> {
    const messages = this.chatWith(sender);
    const last = messages.at(-1);
    const isEnd = last === undefined || this.#config.isTerminationMessage?.(last);
    return isEnd ? undefined : this.generateReply(messages);
  }

  private async executeTools(calls: readonly ToolCall[]): Promise<ToolResponses> {
    const responses = calls.map(async (call): Promise<ToolMessage> => {
      return { tool_call_id: call.id, role: 'tool', content: await this.executeTool(call) };
    });
    const tool_responses = await Promise.all(responses);
    return { role: 'tool', tool_responses, content: tool_responses.map(textOf).join('\n\n') };
  }

  /** A tool that fails tells the model so; the chat goes on. */
  private async executeTool(call: ToolCall): Promise<string> {
    const tool = call.type === 'function' ? this.#executable.get(call.function.name) : undefined;
    if (call.type !== 'function' || tool === undefined) return `Error: Function ${nameOf(call)} not found.`;
    try {
      const args: Record<string, unknown> = JSON.parse(call.function.arguments);
      const values = Object.keys(tool.parameters.properties).map((name) => args[name]);
      return String(await tool.run(...(values as never[]))); // the model was told their types
    } catch (error) {
      return `Error: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private chatWith(peer: ConversableAgent): Message[] {
    const chat = this.#chats.get(peer) ?? [];
    this.#chats.set(peer, chat);
    return chat;
  }
}

/** A message that is nothing but a text is shown as that text, as AG2 has it. */
function shown(message: Message): unknown {
  const isText = 'content' in message && typeof message.content === 'string' && message.role !== 'tool';
  return isText ? message.content : message;
}

function nameOf(call: ToolCall): string {
  return call.type === 'function' ? call.function.name : call.custom.name;
}

function textOf(message: Message | undefined): string {
  return typeof message?.content === 'string' ? message.content : '';
}

import { TracedAgent, traceTool } from 'traced-agents';
import type {
  CreateResult,
  FunctionCall,
  FunctionResult,
  LLMMessage,
  OpenAIChatCompletionClient,
  ToolSchema,
} from './model-client.js';

/** What agents say to one another. */
export interface TextMessage {
  readonly type: 'TextMessage';
  readonly source: string;
  readonly content: string;
}

/** A tool's part in an answer: what the model asked for, or what came of it. */
export interface ToolEvent {
  readonly type: 'ToolCallRequestEvent' | 'ToolCallExecutionEvent';
  readonly source: string;
  readonly content: readonly FunctionCall[] | readonly FunctionResult[];
}

/** An answer, and what the agent did to find it. */
export interface Response {
  readonly chat_message: TextMessage;
  readonly inner_messages: readonly ToolEvent[];
}

/** How a task went. */
export interface TaskResult {
  readonly messages: readonly (TextMessage | ToolEvent)[];
  readonly stop_reason: string | null;
}

/** A function that an agent can execute. */
export interface Tool extends ToolSchema {
  readonly run: (...args: never[]) => unknown;
}

/** What an agent is made of. */
export interface AssistantOptions {
  readonly name: string;
  readonly modelClient: OpenAIChatCompletionClient;
  /** @default none */
  readonly systemMessage?: string;
  /** @default none */
  readonly tools?: readonly Tool[];
  /** @default 10 */
  readonly maxToolIterations?: number;
}

const tooManyTools = 'I have called too many tools.';

/** An agent with a model and tools, as AutoGen's `AssistantAgent` is one. */
@TracedAgent({ methods: { run: 'run', onMessages: 'on_messages', runStream: 'run_stream' } })
export class AssistantAgent {
  readonly name: string;
  readonly #options: AssistantOptions;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #context: LLMMessage[] = [];

  constructor(options: AssistantOptions) {
    this.name = options.name;
    this.#options = options;
    this.#tools = new Map(
      (options.tools ?? []).map((tool) => {
        const argNames = Object.keys((tool.parameters as { properties?: object }).properties ?? {});
        return [tool.name, { ...tool, run: traceTool(tool.run, { name: tool.name, argNames }) }];
      }),
    );
  }

  /** Works on a task alone. */
  async run(task: string): Promise<TaskResult> {
    const question: TextMessage = { type: 'TextMessage', source: 'user', content: task };
    const { chat_message, inner_messages } = await this.onMessages([question]);
    return { messages: [question, ...inner_messages, chat_message], stop_reason: null };
  }

  /** Answers what was said since it was last asked. */
  async onMessages(messages: readonly TextMessage[]): Promise<Response> {
    this.#hear(messages);
    const inner: ToolEvent[] = [];
    for (let step = 0; step <= this.#maxToolIterations; step += 1) {
      const { content } = await this.#options.modelClient.create(this.#history(), this.#schemas());
      inner.push(...(await this.#follow(content)));
      if (typeof content === 'string') return this.#answer(content, inner);
    }
    return this.#answer(tooManyTools, inner);
  }

  /** What is said about a task, word by word. */
  async *runStream(task: string): AsyncGenerator<string> {
    this.#hear([{ type: 'TextMessage', source: 'user', content: task }]);
    for (let step = 0; step <= this.#maxToolIterations; step += 1) {
      let content: CreateResult['content'] = '';
      for await (const part of this.#options.modelClient.createStream(this.#history(), this.#schemas())) {
        if (typeof part === 'string') yield part;
        else content = part.content;
      }
      await this.#follow(content);
      if (typeof content === 'string') return;
    }
    yield tooManyTools;
  }

  get #maxToolIterations(): number {
    return this.#options.maxToolIterations ?? 10;
  }

  /** Remembers what the model said, and does what it asks for. */
  async #follow(content: CreateResult['content']): Promise<readonly ToolEvent[]> {
    this.#context.push({ type: 'AssistantMessage', content, source: this.name });
    if (typeof content === 'string') return [];
    const results = await Promise.all(content.map((call) => this.#execute(call)));
    this.#context.push({ type: 'FunctionExecutionResultMessage', content: results });
    return [
      { type: 'ToolCallRequestEvent', source: this.name, content },
      { type: 'ToolCallExecutionEvent', source: this.name, content: results },
    ];
  }

  #hear(messages: readonly TextMessage[]): void {
    for (const { content, source } of messages) this.#context.push({ type: 'UserMessage', content, source });
  }

  #schemas(): ToolSchema[] {
    return [...this.#tools.values()].map(({ name, description, parameters }) => ({ name, description, parameters }));
  }

  #history(): LLMMessage[] {
    const { systemMessage } = this.#options;
    return systemMessage === undefined
      ? this.#context
      : [{ type: 'SystemMessage', content: systemMessage }, ...this.#context];
  }

  #answer(content: string, inner_messages: readonly ToolEvent[]): Response {
    return { chat_message: { type: 'TextMessage', source: this.name, content }, inner_messages };
  }

  /** A tool that fails tells the model so; the agent goes on. */
  async #execute({ id, name, arguments: text }: FunctionCall): Promise<FunctionResult> {
    const tool = this.#tools.get(name);
    try {
      if (tool === undefined) throw new Error(`There is no tool '${name}'.`);
      const args = JSON.parse(text) as Record<string, unknown>;
      const order = Object.keys((tool.parameters as { properties?: object }).properties ?? {});
      const content = String(await tool.run(...(order.map((key) => args[key]) as never[]))); // the model was told their types
      return { call_id: id, name, content, is_error: false };
    } catch (error) {
      return { call_id: id, name, content: error instanceof Error ? error.message : String(error), is_error: true };
    }
  }
}

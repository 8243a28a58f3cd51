import type OpenAI from 'openai';
import { TracedLLM } from 'traced-agents';

/** A call of a function that the model asks for. */
export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** What a model is told. */
export type LLMMessage =
  | { readonly type: 'SystemMessage'; readonly content: string }
  | { readonly type: 'UserMessage'; readonly content: string; readonly source: string }
  | { readonly type: 'AssistantMessage'; readonly content: string | readonly FunctionCall[]; readonly source: string }
  | { readonly type: 'FunctionExecutionResultMessage'; readonly content: readonly FunctionResult[] };

/** What came of a function that the model asked for. */
export interface FunctionResult {
  readonly call_id: string;
  readonly name: string;
  readonly content: string;
  readonly is_error: boolean;
}

/** A function that a model is told of. */
export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

/** What a model answers. */
export interface CreateResult {
  readonly finish_reason: string;
  readonly content: string | readonly FunctionCall[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** OpenAI's chat completions, as AutoGen's client shows them. */
export class OpenAIChatCompletionClient {
  readonly #client: OpenAI;
  readonly #model: string;

  constructor({ client, model }: { client: OpenAI; model: string }) {
    this.#client = client;
    this.#model = model;
  }

  @TracedLLM({ name: 'OpenAIChatCompletionClient.create', provider: 'openai', messageFormat: 'autogen' })
  async create(messages: readonly LLMMessage[], tools: readonly ToolSchema[] = []): Promise<CreateResult> {
    return resultOf(await this.#client.chat.completions.create(this.#request(messages, tools)));
  }

  /** The answer word by word, and last the whole of it. */
  @TracedLLM({ name: 'OpenAIChatCompletionClient.create_stream', provider: 'openai', messageFormat: 'autogen' })
  async *createStream(
    messages: readonly LLMMessage[],
    tools: readonly ToolSchema[] = [],
  ): AsyncGenerator<string | CreateResult> {
    const request = { ...this.#request(messages, tools), stream_options: { include_usage: true } };
    const stream = this.#client.chat.completions.stream(request);
    for await (const { choices } of stream) {
      const word = choices[0]?.delta.content;
      if (word) yield word;
    }
    yield resultOf(await stream.finalChatCompletion());
  }

  #request(messages: readonly LLMMessage[], tools: readonly ToolSchema[]) {
    return {
      model: this.#model,
      messages: messages.flatMap(chatMessagesOf),
      ...(tools.length > 0 && { tools: tools.map(({ parameters, ...tool }) => offered(tool, parameters)) }),
    };
  }
}

function resultOf({ choices: [choice], usage }: OpenAI.Chat.ChatCompletion): CreateResult {
  const calls = choice?.message.tool_calls?.flatMap((call) =>
    call.type === 'function' ? [{ id: call.id, arguments: call.function.arguments, name: call.function.name }] : [],
  );
  const { prompt_tokens = 0, completion_tokens = 0 } = usage ?? {};
  return {
    finish_reason: calls === undefined ? 'stop' : 'function_calls',
    content: calls ?? choice?.message.content ?? '',
    usage: { prompt_tokens, completion_tokens },
  };
}

function offered(tool: Omit<ToolSchema, 'parameters'>, parameters: object): OpenAI.Chat.ChatCompletionFunctionTool {
  return { type: 'function', function: { ...tool, parameters: { ...parameters } } };
}

function chatMessagesOf(message: LLMMessage): OpenAI.Chat.ChatCompletionMessageParam[] {
  switch (message.type) {
    case 'SystemMessage':
      return [{ role: 'system', content: message.content }];
    case 'UserMessage':
      return [{ role: 'user', content: message.content }];
    case 'AssistantMessage':
      return [assistantMessage(message.content)];
    case 'FunctionExecutionResultMessage':
      return message.content.map(({ call_id, content }) => ({ role: 'tool', tool_call_id: call_id, content }));
  }
}

function assistantMessage(content: string | readonly FunctionCall[]): OpenAI.Chat.ChatCompletionAssistantMessageParam {
  if (typeof content === 'string') return { role: 'assistant', content };
  return {
    role: 'assistant',
    content: null,
    tool_calls: content.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })),
  };
}

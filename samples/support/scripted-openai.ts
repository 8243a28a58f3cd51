import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message of a chat, as OpenAI's API has it. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly ToolCall[];
}

/** A call of a tool that the model asks for. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** The part of a request that scripts look at. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly unknown[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** What the model says: a text, calls of tools, or an error. */
export type Reply = Answered | { readonly error: ScriptedError };

type Answered = (
  | { readonly content: string }
  | { readonly toolCalls: readonly { readonly name: string; readonly arguments: object }[] }
) & {
  /** What the answer reports. @default counted */
  readonly usage?: Pick<Usage, 'prompt_tokens' | 'completion_tokens'>;
};

/** An error as OpenAI's API reports it. */
export interface ScriptedError {
  readonly status: number;
  readonly message: string;
  /** @default `invalid_request_error` */
  readonly type?: string;
  /** @default none */
  readonly code?: string;
}

/** What the model says, request by request: a list of replies, or a rule that makes them. */
export type Script = readonly Reply[] | ((request: ChatRequest) => Reply);

/** Token counts as OpenAI reports them. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/**
 * A stand-in for OpenAI's API on this machine: same wire format, answers by script, no key. What the script does not foresee (a
 * request past its end, an unknown address, a rule that throws) is answered by status 400 and the reason.
 */
export class ScriptedOpenAI {
  /** What was asked, in order. */
  readonly requests: ChatRequest[] = [];
  /** What each answer reported, in order. */
  readonly usages: Usage[] = [];
  readonly #script: Script;
  readonly #server: Server;
  #answers = 0;
  #cachedTokens = 0;

  private constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy()); // the client has gone
    });
  }

  static async start(script: Script): Promise<ScriptedOpenAI> {
    const scripted = new ScriptedOpenAI(script);
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  /** For the `baseURL` of a client. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on a port
    return `http://127.0.0.1:${port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (request.method === 'GET' && request.url === '/v1/models') {
      const model = { id: 'gpt-4o-mini', object: 'model', created: 1_721_172_741, owned_by: 'system' };
      return send(response, 200, { object: 'list', data: [model] });
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      return refuse(response, `There is no ${request.method} ${request.url} here.`);
    }
    const chat = parseChat(body);
    if (chat === undefined) return refuse(response, "A chat request needs 'model' and 'messages'.");
    this.requests.push(chat);
    const reply = this.#reply(chat);
    if ('error' in reply) return send(response, reply.error.status, errorBody(reply.error));
    const answer = this.#answer(chat, reply);
    if (chat.stream === true) return stream(response, chat, answer);
    return send(response, 200, {
      ...answer.head,
      object: 'chat.completion',
      choices: [choiceOf(answer)],
      usage: answer.usage,
    });
  }

  #reply(chat: ChatRequest): Reply {
    try {
      if (typeof this.#script === 'function') return this.#script(chat);
      const count = this.requests.length;
      return this.#script[count - 1] ?? unforeseen(`The script has no reply to request ${count}.`);
    } catch (error) {
      return unforeseen(error instanceof Error ? error.message : String(error));
    }
  }

  #answer(chat: ChatRequest, reply: Answered): Answer {
    this.#answers += 1;
    const message = messageOf(reply, this.#answers);
    const usage = this.#count(chat, message, reply.usage);
    return {
      head: {
        id: `chatcmpl-${this.#answers}`,
        created: 1_764_000_000 + this.#answers,
        model: `${chat.model}-2024-07-18`,
      },
      message,
      usage,
    };
  }

  /** Plausible and always the same: four characters are a token; what was sent before is cached in blocks of 64. */
  #count(chat: ChatRequest, message: ChatMessage, scripted: Answered['usage']): Usage {
    const prompt = scripted?.prompt_tokens ?? Math.ceil(JSON.stringify([chat.messages, chat.tools]).length / 4);
    const completion = scripted?.completion_tokens ?? Math.ceil(JSON.stringify(message).length / 4);
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: Math.min(this.#cachedTokens, prompt) },
    };
    this.#cachedTokens = Math.floor(prompt / 64) * 64;
    this.usages.push(usage);
    return usage;
  }
}

interface Answer {
  readonly head: { readonly id: string; readonly created: number; readonly model: string };
  readonly message: ChatMessage;
  readonly usage: Usage;
}

function messageOf(reply: Answered, answer: number): ChatMessage {
  if ('content' in reply) return { role: 'assistant', content: reply.content };
  const calls = reply.toolCalls.map((call, index) => ({
    id: `call_${answer}_${index + 1}`,
    type: 'function' as const,
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  return { role: 'assistant', content: null, tool_calls: calls };
}

function choiceOf({ message }: Answer): object {
  return { index: 0, message, finish_reason: message.tool_calls === undefined ? 'stop' : 'tool_calls' };
}

function stream(response: ServerResponse, chat: ChatRequest, { head, message, usage }: Answer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const withUsage = chat.stream_options?.include_usage === true;
  const chunk = (rest: object): void => {
    const base = { ...head, object: 'chat.completion.chunk', ...(withUsage && { usage: null }) };
    response.write(`data: ${JSON.stringify({ ...base, ...rest })}\n\n`);
  };
  const delta = (part: object): void => chunk({ choices: [{ index: 0, delta: part, finish_reason: null }] });
  delta({ role: 'assistant', content: '' });
  for (const word of (message.content ?? '').match(/\S+\s*/g) ?? []) delta({ content: word });
  message.tool_calls?.forEach((call, index) => {
    const { name, arguments: text } = call.function;
    delta({ tool_calls: [{ ...call, index, function: { name, arguments: '' } }] });
    for (const part of text.match(/.{1,8}/gs) ?? []) delta({ tool_calls: [{ index, function: { arguments: part } }] });
  });
  chunk({
    choices: [{ index: 0, delta: {}, finish_reason: message.tool_calls === undefined ? 'stop' : 'tool_calls' }],
  });
  if (withUsage) chunk({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}

function parseChat(body: string): ChatRequest | undefined {
  try {
    const chat = JSON.parse(body) as ChatRequest; // looked at below
    return typeof chat.model === 'string' && Array.isArray(chat.messages) ? chat : undefined;
  } catch {
    return undefined;
  }
}

function unforeseen(message: string): Reply {
  return { error: { status: 400, message } };
}

function refuse(response: ServerResponse, message: string): void {
  send(response, 400, errorBody({ status: 400, message }));
}

function errorBody({ message, type = 'invalid_request_error', code }: ScriptedError): object {
  return { error: { message, type, param: null, code: code ?? null } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

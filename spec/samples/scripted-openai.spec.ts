import OpenAI from 'openai';
import { shutdown, TracedLLM } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { type Reply, type Script, type ScriptedError, ScriptedOpenAI } from '../../samples/support/scripted-openai.js';
import { recordInMemory, spanNamed } from '../support/recording.js';

type Body = OpenAI.Chat.ChatCompletionCreateParams;

const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hi' }] };
const streamed = { ...ask, stream: true as const, stream_options: { include_usage: true } };
const twoCalls: Reply = {
  toolCalls: [
    { name: 'get_weather', arguments: { city: 'Zürich', unit: 'celsius' } },
    { name: 'get_time', arguments: {} },
  ],
};
let server: ScriptedOpenAI | undefined;

async function clientFor(script: Script): Promise<OpenAI> {
  server = await ScriptedOpenAI.start(script);
  return new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
}

async function countOf(chunks: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _chunk of chunks) count += 1;
  return count;
}

afterEach(async () => {
  await server?.close();
  await shutdown();
});

describe('ScriptedOpenAI', () => {
  it('answers request by request, counts the tokens, and remembers what it was asked', async () => {
    const client = await clientFor([{ content: 'Hello!' }, { content: 'Bye!' }]);

    const first = await client.chat.completions.create(ask);
    const second = await client.chat.completions.create({ ...ask, temperature: 0 });

    expect([first, second].map(({ choices }) => choices[0])).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' },
      { index: 0, message: { role: 'assistant', content: 'Bye!' }, finish_reason: 'stop' },
    ]);
    expect(first.usage).toEqual({
      prompt_tokens: 10,
      completion_tokens: 10,
      total_tokens: 20,
      prompt_tokens_details: { cached_tokens: 0 },
    });
    expect(server?.requests).toEqual([ask, { ...ask, temperature: 0 }]);
  });

  it('asks for tools, each call with an id', async () => {
    const client = await clientFor([twoCalls]);

    const { choices } = await client.chat.completions.create(ask);

    expect(choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1_1',
              type: 'function',
              function: { name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' },
            },
            { id: 'call_1_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('streams what it would have said at once', async () => {
    const client = await clientFor([twoCalls, twoCalls]);

    const { choices } = await client.chat.completions.create(ask);
    const final = await client.chat.completions.stream(streamed).finalChatCompletion();

    expect(
      final.choices[0]?.message.tool_calls?.map(({ id, function: { name, arguments: text } }) => [id, name, text]),
    ).toEqual([
      ['call_2_1', 'get_weather', '{"city":"Zürich","unit":"celsius"}'],
      ['call_2_2', 'get_time', '{}'],
    ]);
    expect(final.choices[0]?.finish_reason).toBe(choices[0]?.finish_reason);
    expect(final.usage).toEqual(server?.usages[1]);
  });

  it.each<[ScriptedError, unknown]>([
    [{ status: 400, message: 'Bad.' }, OpenAI.BadRequestError],
    [{ status: 401, message: 'Wrong key.', code: 'invalid_api_key' }, OpenAI.AuthenticationError],
    [{ status: 429, message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded' }, OpenAI.RateLimitError],
    [{ status: 500, message: 'Sorry.', type: 'server_error' }, OpenAI.InternalServerError],
  ])('fails as OpenAI does: %o', async (error, kind) => {
    const client = await clientFor([{ error }]);

    const failure = await client.chat.completions.create(ask).catch((reason: unknown) => reason);

    expect(failure).toBeInstanceOf(kind);
    expect(failure).toMatchObject({
      status: error.status,
      message: `${error.status} ${error.message}`,
      type: error.type ?? 'invalid_request_error',
      code: error.code ?? null,
    });
  });

  it.each<[string, Script, (client: OpenAI) => Promise<unknown>, string]>([
    ['a request past the end', [], (client) => client.chat.completions.create(ask), 'no reply to request 1.'],
    [
      'what the rule does not know',
      () => {
        throw new Error('Who are you?');
      },
      (client) => client.chat.completions.create(ask),
      'Who are you?',
    ],
    ['another address', [], (client) => client.embeddings.create({ model: 'm', input: '' }), 'no POST /v1/embeddings'],
    [
      'a request without messages',
      [],
      (client) => client.chat.completions.create({ model: 'm' } as Body), // wrong on purpose
      "needs 'model' and 'messages'",
    ],
  ])('refuses %s, and says why', async (_what, script, request, reason) => {
    const client = await clientFor(script);

    const failure = await request(client).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toHaveProperty('message', expect.stringContaining(reason));
  });

  it('lists its model', async () => {
    const client = await clientFor([]);

    const { data } = await client.models.list();

    expect(data.map(({ id }) => id)).toEqual(['gpt-4o-mini']);
  });
});

describe("OpenAI's own client, traced", () => {
  it('keeps its promise, with all of its methods', async () => {
    const client = await clientFor([{ content: 'Hello!' }]);
    class Model {
      @TracedLLM() ask() {
        return client.chat.completions.create(ask);
      }
    }
    const memory = recordInMemory();

    const promise = new Model().ask();
    const { data, response } = await promise.withResponse();
    const answer = await promise;

    const span = spanNamed(memory, 'ask');
    expect([data.choices[0]?.message.content, response.status, answer.id]).toEqual(['Hello!', 200, data.id]);
    expect(span.tokenUsage?.totalTokens).toBe(server?.usages[0]?.total_tokens);
    expect(span.getAttribute('mlflow.llm.model')).toBe('gpt-4o-mini-2024-07-18');
  });

  it('streams: every chunk passes, and the usage is read off the last one', async () => {
    const client = await clientFor([{ content: 'one two three' }]);
    class Model {
      @TracedLLM() async ask() {
        return client.chat.completions.create(streamed);
      }
    }
    const memory = recordInMemory();
    let text = '';

    for await (const chunk of await new Model().ask()) text += chunk.choices[0]?.delta.content ?? '';

    const span = spanNamed(memory, 'ask');
    expect(text).toBe('one two three');
    expect(span.tokenUsage?.totalTokens).toBe(server?.usages[0]?.total_tokens);
    expect(span.outputs).toHaveLength(6);
    expect(span.getAttribute('gen_ai.response.time_to_first_chunk')).toBeGreaterThan(0);
  });

  it('streams into two halves, and each chunk counts once', async () => {
    const client = await clientFor([{ content: 'one two' }]);
    class Model {
      @TracedLLM() async ask() {
        return client.chat.completions.create({ ...ask, stream: true });
      }
    }
    const memory = recordInMemory();

    const [left, right] = (await new Model().ask()).tee();
    const counts = await Promise.all([countOf(left), countOf(right)]);

    expect(counts).toEqual([4, 4]);
    expect(spanNamed(memory, 'ask').outputs).toHaveLength(4);
  });

  it('fails with its own error', async () => {
    const client = await clientFor([{ error: { status: 400, message: 'Unknown parameter.' } }]);
    class Model {
      @TracedLLM() ask() {
        return client.chat.completions.create(ask);
      }
    }
    const memory = recordInMemory();

    await expect(new Model().ask()).rejects.toThrow(OpenAI.BadRequestError);

    expect(spanNamed(memory, 'ask').status).toEqual({
      code: 'ERROR',
      message: 'BadRequestError: 400 Unknown parameter.',
    });
  });
});

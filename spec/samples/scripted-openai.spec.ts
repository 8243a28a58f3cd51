import OpenAI from 'openai';
import { shutdown, TracedLLM } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { type Reply, ScriptedOpenAI } from '../../samples/support/scripted-openai.js';
import { recordInMemory, spanNamed } from '../support/recording.js';

const messages = [{ role: 'user' as const, content: 'Hi' }];
let server: ScriptedOpenAI | undefined;

async function clientFor(reply: Reply): Promise<OpenAI> {
  server = await ScriptedOpenAI.start(() => reply);
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

describe("OpenAI's own client, traced", () => {
  it('keeps its promise, with all of its methods', async () => {
    const client = await clientFor({ content: 'Hello!' });
    class Model {
      @TracedLLM() ask() {
        return client.chat.completions.create({ model: 'gpt-4o-mini', messages });
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
    const client = await clientFor({ content: 'one two three' });
    class Model {
      @TracedLLM() async ask() {
        return client.chat.completions.create({
          model: 'gpt-4o-mini',
          messages,
          stream: true,
          stream_options: { include_usage: true },
        });
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
    const client = await clientFor({ content: 'one two' });
    class Model {
      @TracedLLM() async ask() {
        return client.chat.completions.create({ model: 'gpt-4o-mini', messages, stream: true });
      }
    }
    const memory = recordInMemory();

    const [left, right] = (await new Model().ask()).tee();
    const counts = await Promise.all([countOf(left), countOf(right)]);

    expect(counts).toEqual([4, 4]);
    expect(spanNamed(memory, 'ask').outputs).toHaveLength(4);
  });

  it('fails with its own error', async () => {
    const client = await clientFor({
      error: { status: 400, message: 'Unknown parameter.', type: 'invalid_request_error' },
    });
    class Model {
      @TracedLLM() ask() {
        return client.chat.completions.create({ model: 'gpt-4o-mini', messages });
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

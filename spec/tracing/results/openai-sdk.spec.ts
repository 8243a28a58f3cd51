import OpenAI from 'openai';
import { shutdown, TracedLLM } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { type Script, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { recordInMemory, spanNamed } from '../../support/recording.js';

const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hi' }] };
let server: ScriptedOpenAI | undefined;

afterEach(async () => {
  await server?.close();
  await shutdown();
});

async function modelFor(script: Script) {
  server = await ScriptedOpenAI.start(script);
  const client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
  class Model {
    @TracedLLM()
    ask() {
      return client.chat.completions.create(ask);
    }
    @TracedLLM()
    stream() {
      return client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } });
    }
  }
  return new Model();
}

describe('the span of a call that returns an APIPromise', () => {
  it('ends with the answer when the caller asks for it with its response', async () => {
    const memory = recordInMemory();
    const model = await modelFor([{ content: 'Hello!' }]);

    const { data, response } = await model.ask().withResponse();

    const span = spanNamed(memory, 'ask');
    expect(response.status).toBe(200);
    expect(span.outputs).toMatchObject({ id: data.id, choices: [{ message: { content: 'Hello!' } }] });
    expect([span.tokenUsage?.totalTokens, span.getAttribute('mlflow.llm.model')]).toEqual([20, data.model]);
  });

  it('ends with the raw response when the caller asks for that alone', async () => {
    const memory = recordInMemory();
    const model = await modelFor([{ content: 'Hello!' }]);

    const response = await model.ask().asResponse();

    expect([response.bodyUsed, ((await response.json()) as { object: string }).object]).toEqual([
      false,
      'chat.completion',
    ]);
    expect(spanNamed(memory, 'ask').status.code).toBe('OK');
  });

  it('lasts as long as the stream that comes with its response', async () => {
    const memory = recordInMemory();
    const model = await modelFor([{ content: 'Hello!' }]);

    const { data } = await model.stream().withResponse();
    const before = memory.traces.length;
    for await (const _chunk of data);

    const span = spanNamed(memory, 'stream');
    expect([before, (span.outputs as unknown[]).length > 1, span.tokenUsage?.totalTokens]).toEqual([0, true, 20]);
  });

  it('ends as failed when what the caller asks for fails', async () => {
    const memory = recordInMemory();
    const model = await modelFor([{ error: { status: 400, message: 'too long' } }]);

    await expect(model.ask().withResponse()).rejects.toThrow('too long');

    expect(spanNamed(memory, 'ask').status.code).toBe('ERROR');
  });

  it('ends when the caller awaits it as ever', async () => {
    const memory = recordInMemory();
    const model = await modelFor([{ content: 'Hello!' }]);
    const answer = model.ask();

    const same = [await answer, await answer];

    expect(same[0]).toBe(same[1]);
    expect(spanNamed(memory, 'ask').tokenUsage?.totalTokens).toBe(20);
  });
});

import OpenAI from 'openai';
import { shutdown, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { type Script, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { recordInMemory, spanNamed, treeOf } from '../../support/recording.js';

const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hi' }] };
const usage = { prompt_tokens: 10, completion_tokens: 5 };
const withUsage = { stream_options: { include_usage: true } };
let server: ScriptedOpenAI | undefined;

afterEach(async () => {
  await server?.close();
  await shutdown();
});

async function writerFor(script: Script) {
  server = await ScriptedOpenAI.start(script);
  const client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
  @TracedAgent()
  class Writer {
    write() {
      return this.stream().finalContent();
    }
    @TracedLLM()
    stream() {
      return client.chat.completions.stream({ ...ask, ...withUsage });
    }
    @TracedLLM()
    runTools(options: object = {}) {
      const tool = {
        name: 'add',
        description: 'adds one',
        parse: JSON.parse,
        parameters: {},
        function: (args: { a: number }) => this.add(args.a),
      };
      return client.chat.completions.runTools({ ...ask, ...options, tools: [{ type: 'function', function: tool }] });
    }
    @TracedTool()
    add(a: number) {
      return a + 1;
    }
  }
  return new Writer();
}

describe('the span of a call that returns a helper of OpenAI’s SDK', () => {
  it('ends with its stream, though the program waits for nothing but the final answer', async () => {
    const memory = recordInMemory();
    const writer = await writerFor([{ content: 'Hello!', usage }]);

    const content = await writer.write();

    const span = spanNamed(memory, 'stream');
    expect([content, memory.traces.map(treeOf)]).toEqual(['Hello!', ['Writer.write[stream]']]);
    expect([span.status.code, span.tokenUsage?.totalTokens, (span.outputs as unknown[]).length > 1]).toEqual([
      'OK',
      15,
      true,
    ]);
  });

  it('holds each chunk once, where the program iterates and listens, too', async () => {
    const memory = recordInMemory();
    const stream = (await writerFor([{ content: 'Hello!', usage }])).stream();
    const chunks: unknown[] = [];
    const words: string[] = [];

    stream.on('content', (word) => words.push(word));
    for await (const chunk of stream) chunks.push(chunk);

    expect(words.join('')).toBe('Hello!');
    expect(spanNamed(memory, 'stream').outputs).toEqual(chunks);
  });

  it('ends as cancelled where the program aborts it', async () => {
    const memory = recordInMemory();
    const stream = (await writerFor([{ content: 'Hello!' }])).stream();

    stream.on('chunk', () => stream.abort());
    await expect(stream.done()).rejects.toThrow(OpenAI.APIUserAbortError);

    const span = spanNamed(memory, 'stream');
    expect([span.status.code, span.getAttribute('traced_agents.stream.cancelled')]).toEqual(['OK', true]);
  });

  it('ends as failed with it', async () => {
    const memory = recordInMemory();
    const stream = (await writerFor([{ error: { status: 400, message: 'too long' } }])).stream();

    await expect(stream.finalMessage()).rejects.toThrow('too long');

    expect(spanNamed(memory, 'stream').status.code).toBe('ERROR');
  });

  it.each([
    ['whole', {}],
    ['streamed', { stream: true, ...withUsage }],
  ])('lasts as long as the tools run, and counts the tokens of all answers: %s', async (_how, options) => {
    const memory = recordInMemory();
    const toolCalls = [{ name: 'add', arguments: { a: 1 } }];
    const writer = await writerFor([
      { toolCalls, usage },
      { content: '2', usage },
    ]);

    const content = await writer.runTools(options).finalContent();

    expect([content, memory.traces.map(treeOf)]).toEqual(['2', ['runTools[add]']]);
    expect(spanNamed(memory, 'runTools').tokenUsage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
    expect(spanNamed(memory, 'add').getAttribute('gen_ai.tool.call.id')).toBeTypeOf('string');
  });
});

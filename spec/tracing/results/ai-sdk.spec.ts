import { generateText, jsonSchema, stepCountIs, streamObject, streamText, tool } from 'ai';
import { getLastActiveTraceId, getTrace, shutdown, TracedLLM, traceAgent, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { answering, beginning, finish, streaming, toolCall, usageInTrace, words } from '../../support/ai-sdk.js';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(() => shutdown());

type Model = ReturnType<typeof streaming>;
const quiet = { prompt: 'Hi', maxRetries: 0, onError: () => undefined };

const ask = traceLLM(function ask(model: Model) {
  return streamText({ model, ...quiet });
});

async function read<Item>(stream: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

function textOf(outputs: unknown): string {
  return (outputs as readonly { text?: string }[]).map(({ text }) => text ?? '').join('');
}

describe("the span of a call that returns the AI SDK's streamText() whole", () => {
  it('has what came, its usage and its model when the program has read the text', async () => {
    const memory = recordInMemory();
    class Writer {
      @TracedLLM()
      write(model: Model) {
        return streamText({ model, ...quiet });
      }
    }

    const texts = await read(new Writer().write(streaming(words('Hel', 'lo'))).textStream);

    const span = spanNamed(memory, 'write');
    expect([texts, textOf(span.outputs), span.status.code]).toEqual([['Hel', 'lo'], 'Hello', 'OK']);
    expect([span.tokenUsage, memory.traces[0]?.info.tokenUsage]).toEqual([usageInTrace, usageInTrace]);
    expect(span.getAttribute('mlflow.llm.model')).toBe('gpt-4o-mini-2024-07-18');
  });

  it.each([
    ['text', (result: ReturnType<typeof ask>) => result.text],
    ['usage', (result: ReturnType<typeof ask>) => result.usage],
    ['consumeStream()', (result: ReturnType<typeof ask>) => result.consumeStream()],
    ['toUIMessageStream()', (result: ReturnType<typeof ask>) => read(result.toUIMessageStream())],
    ['toTextStreamResponse()', (result: ReturnType<typeof ask>) => result.toTextStreamResponse().text()],
    [
      'all at once',
      ({ text, textStream, fullStream }: ReturnType<typeof ask>) =>
        Promise.all([text, read(textStream), read(fullStream)]),
    ],
  ])('has ended when the program has what it asked for by %s', async (_name, consume) => {
    recordInMemory();
    const run = traceAgent(async function run() {
      await consume(ask(streaming(words('Hel', 'lo'))));
    });

    await run();

    const trace = await getTrace(getLastActiveTraceId());
    expect(trace?.data.spans.map(({ name }) => name)).toEqual(['run', 'ask']);
    expect([trace?.info.tokenUsage, textOf(trace?.data.spans[1]?.outputs)]).toEqual([usageInTrace, 'Hello']);
  });

  it('leaves it to the program when the stream is read, and gives it the very same result', async () => {
    recordInMemory();
    const result = streamText({ model: streaming(words('Hello')), ...quiet });
    const fields = Reflect.ownKeys(result);

    const returned = traceLLM(() => result)();

    expect([returned === result, Reflect.ownKeys(result)]).toEqual([true, fields]);
    expect((result as unknown as { baseStream: ReadableStream }).baseStream.locked).toBe(false);
    expect([await read(result.textStream), await result.text]).toEqual([['Hello'], 'Hello']);
  });

  it('has failed where the model could not be called, though the stream ends well', async () => {
    recordInMemory();
    const model = streaming();
    model.doStream = () => Promise.reject(new Error('overloaded'));

    const failure = await Promise.resolve(ask(model).text).catch((thrown: unknown) => thrown);

    const trace = await getTrace(getLastActiveTraceId());
    expect(failure).toMatchObject({ name: 'AI_NoOutputGeneratedError' });
    expect([trace?.info.state, trace?.data.spans[0]?.status.message]).toEqual(['ERROR', 'Error: overloaded']);
  });

  it('has failed with the model, whatever the span is', async () => {
    const memory = recordInMemory();
    const run = traceAgent(function run() {
      return streamText({ model: streaming([...beginning('Hel'), { type: 'error', error: 'cut off' }]), ...quiet });
    });

    await read(run().textStream);

    expect([spanNamed(memory, 'run').status.message, memory.traces[0]?.info.state]).toEqual([
      'string: cut off',
      'ERROR',
    ]);
  });

  it('keeps what came before a failure, and the usage that is told after it', async () => {
    const memory = recordInMemory();
    const model = streaming([...beginning('Hel'), { type: 'error', error: new Error('cut off') }, finish]);

    await read(ask(model).textStream);

    const span = spanNamed(memory, 'ask');
    expect([span.status, textOf(span.outputs)]).toEqual([{ code: 'ERROR', message: 'Error: cut off' }, 'Hel']);
    expect(span.tokenUsage).toEqual(usageInTrace);
  });

  it('is cancelled where the program leaves the only stream it took', async () => {
    const memory = recordInMemory();

    for await (const _text of ask(streaming(words('Hel', 'lo'))).textStream) break;

    const span = spanNamed(memory, 'ask');
    expect(span.getAttribute('traced_agents.stream.cancelled')).toBe(true);
    expect(textOf(span.outputs)).toContain('Hel');
  });

  it('goes on where another stream of the same result is read', async () => {
    const memory = recordInMemory();
    const { textStream, fullStream } = ask(streaming(words('Hel', 'lo')));

    for await (const _text of textStream) break;
    const before = memory.traces.length;
    await read(fullStream);

    const span = spanNamed(memory, 'ask');
    expect([before, textOf(span.outputs), span.tokenUsage]).toEqual([0, 'Hello', usageInTrace]);
  });

  it('is cancelled where the call is aborted', async () => {
    const memory = recordInMemory();
    const controller = new AbortController();
    const abort = traceLLM(function abort() {
      return streamText({ model: streaming(words('Hel', 'lo')), ...quiet, abortSignal: controller.signal });
    });

    for await (const part of abort().fullStream) if (part.type === 'text-delta') controller.abort();

    expect(spanNamed(memory, 'abort').getAttribute('traced_agents.stream.cancelled')).toBe(true);
  });

  it('has the tools that the model asks for within it, and the usage of all steps', async () => {
    const memory = recordInMemory();
    const weather = traceTool(async function weather({ city }: { city: string }) {
      return `20 degrees in ${city}`;
    });
    const tools = {
      weather: tool({ inputSchema: jsonSchema<{ city: string }>({ type: 'object' }), execute: weather }),
    };
    const answer = traceLLM(async function answer() {
      const model = streaming([toolCall, finish], words('Warm.'));
      return streamText({ model, ...quiet, tools, stopWhen: stepCountIs(2) });
    });

    await read((await answer()).textStream);

    const [root, child] = memory.traces[0]?.data.spans ?? [];
    expect(memory.traces).toHaveLength(1);
    expect([root?.name, child?.name, child?.parentId === root?.spanId]).toEqual(['answer', 'weather', true]);
    expect(child?.getAttribute('gen_ai.tool.call.id')).toBe('call-1');
    expect([root?.tokenUsage?.totalTokens, memory.traces[0]?.info.tokenUsage?.totalTokens]).toEqual([60, 60]);
  });

  it('ends at once where the stream was read before the result was returned', async () => {
    const memory = recordInMemory();
    const readIt = traceLLM(async function readIt() {
      const result = streamText({ model: streaming(words('Hel', 'lo')), ...quiet });
      await result.consumeStream();
      return result;
    });

    await readIt();

    const span = spanNamed(memory, 'readIt');
    expect([span.tokenUsage, span.getAttribute('mlflow.llm.model')]).toEqual([usageInTrace, 'gpt-4o-mini-2024-07-18']);
    expect(span.outputs).toMatchObject({ steps: [{ content: [{ type: 'text', text: 'Hello' }] }] });
  });

  it('is one span more where another traced call hands the result on', async () => {
    const memory = recordInMemory();
    const outer = traceLLM(function outer() {
      return ask(streaming(words('Hello')));
    });

    await read(outer().textStream);

    const spans = memory.traces[0]?.data.spans.map(({ name, outputs }) => [name, textOf(outputs)]);
    expect(spans).toEqual([
      ['outer', 'Hello'],
      ['ask', 'Hello'],
    ]);
    expect(memory.traces[0]?.info.tokenUsage).toEqual(usageInTrace);
  });

  it('gives a callback the parts of the stream', async () => {
    const memory = recordInMemory();
    const counted = traceLLM(() => streamText({ model: streaming(words('Hel', 'lo')), ...quiet }), {
      name: 'counted',
      attributes: ({ result }) => ({ types: (result as unknown as { type: string }[]).map(({ type }) => type) }),
    });

    await read(counted().textStream);

    expect(spanNamed(memory, 'counted').getAttribute('types')).toEqual([
      ...['start', 'start-step', 'text-start', 'text-delta', 'text-delta', 'text-end', 'finish-step', 'finish'],
    ]);
  });
});

describe("the span of a call that returns another thing of the AI SDK's", () => {
  it('has the usage and the words of streamObject() when the objects have been read', async () => {
    const memory = recordInMemory();
    const describeCity = traceLLM(function describeCity() {
      const schema = jsonSchema<{ name: string }>({ type: 'object' });
      return streamObject({ model: streaming(words('{"name":', '"Rome"}')), ...quiet, schema });
    });

    const result = describeCity();
    await read(result.partialObjectStream);

    const span = spanNamed(memory, 'describeCity');
    expect([await result.object, span.tokenUsage]).toEqual([{ name: 'Rome' }, usageInTrace]);
    expect(span.getAttribute('mlflow.llm.model')).toBe('gpt-4o-mini-2024-07-18');
    expect(span.outputs).toContainEqual({ type: 'object', object: { name: 'Rome' } });
  });

  it('has what streamObject() came to where it was read before', async () => {
    const memory = recordInMemory();
    const readIt = traceLLM(async function readIt() {
      const schema = jsonSchema<{ name: string }>({ type: 'object' });
      const result = streamObject({ model: streaming(words('{"name":"Rome"}')), ...quiet, schema });
      await read(result.partialObjectStream);
      return result;
    });

    await readIt();

    const { outputs, tokenUsage } = spanNamed(memory, 'readIt');
    expect(outputs).toMatchObject({ object: { name: 'Rome' }, usage: { totalTokens: 30 } });
    expect(tokenUsage).toEqual(usageInTrace);
  });

  it('has failed where fullStream or a stream for a browser tells of a failure', async () => {
    const memory = recordInMemory();
    const model = () => streaming([...beginning('Hel'), { type: 'error', error: new Error('cut off') }, finish]);
    const full = traceLLM(() => streamText({ model: model(), ...quiet }).fullStream, { name: 'full' });
    const shown = traceLLM(() => streamText({ model: model(), ...quiet }).toUIMessageStream(), { name: 'shown' });

    await read(full());
    await read(shown());

    expect(memory.traces.map(({ data }) => data.spans[0]?.status)).toEqual([
      { code: 'ERROR', message: 'Error: cut off' },
      { code: 'ERROR', message: 'string: An error occurred.' },
    ]);
  });

  it('names the model that generateText() was answered by', async () => {
    const memory = recordInMemory();
    const model = answering([{ type: 'text', text: 'Hello' }]);

    await traceLLM(async function answer() {
      return generateText({ model, prompt: 'Hi' });
    })();

    const span = spanNamed(memory, 'answer');
    expect([span.getAttribute('mlflow.llm.model'), span.tokenUsage]).toEqual(['gpt-4o-mini-2024-07-18', usageInTrace]);
  });
});

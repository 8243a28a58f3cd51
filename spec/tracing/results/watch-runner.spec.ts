import { shutdown, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../../support/recording.js';

afterEach(shutdown);

const answer = (id: string, tokens: number, content: readonly object[] = []) => ({
  type: 'message',
  id,
  model: 'm-2024',
  content,
  usage: { input_tokens: tokens, output_tokens: 1 },
});

/** As the tool runner of Anthropic's SDK: nothing happens until somebody iterates it, or awaits it. */
class Runner implements PromiseLike<unknown> {
  readonly #add: (args: object) => unknown;
  readonly #failure: Error | undefined;
  last: unknown;

  constructor(add: (args: object) => unknown, failure?: Error) {
    this.#add = add;
    this.#failure = failure;
  }

  async *[Symbol.asyncIterator]() {
    const args = { a: 1, b: 2 };
    yield answer('1', 10, [{ type: 'tool_use', id: 'c1', name: 'add', input: args }]);
    this.#add(args);
    if (this.#failure !== undefined) throw this.#failure;
    this.last = answer('2', 20);
    yield this.last;
  }

  async runUntilDone() {
    for await (const _message of this);
    return this.last;
  }

  async pending() {
    return { role: 'user', content: [] };
  }

  then<Answer, Other>(
    onFulfilled?: ((value: unknown) => Answer | PromiseLike<Answer>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Answer | Other> {
    return this.runUntilDone().then(onFulfilled, onRejected) as Promise<Answer | Other>;
  }
}

describe('what can be iterated as well as awaited', () => {
  async function spansOf(use: (runner: Runner) => Promise<unknown>, failure?: Error) {
    const memory = recordInMemory();
    const add = traceTool((args: object) => args, { name: 'add' });
    const run = traceLLM((runner: Runner) => runner, { name: 'run', captureInputs: false });
    const runner = new Runner(add, failure);
    expect(run(runner)).toBe(runner);
    await use(runner).catch((thrown: unknown) => expect(thrown).toBe(failure));
    expect(memory.traces).toHaveLength(1);
    const spans = memory.traces[0]?.data.spans ?? [];
    return { run: spans.find(({ name }) => name === 'run'), add: spans.find(({ name }) => name === 'add') };
  }

  it.each<[string, (runner: Runner) => Promise<unknown>]>([
    [
      'iterated',
      async (runner) => {
        for await (const _message of runner);
      },
    ],
    ['awaited', async (runner) => expect(await runner).toBe(runner.last)],
    ['asked in another way', async (runner) => expect(await runner.runUntilDone()).toBe(runner.last)],
    [
      'iterated, and asked for something else in between',
      async (runner) => {
        for await (const _message of runner) await runner.pending();
      },
    ],
  ])('has all its answers in the span when it is %s', async (_how, use) => {
    const { run, add } = await spansOf(use);

    expect(run?.outputs).toMatchObject([{ id: '1' }, { id: '2' }]);
    expect(run?.tokenUsage).toEqual({ inputTokens: 30, outputTokens: 2, totalTokens: 32 });
    expect(run?.getAttribute('mlflow.llm.model')).toBe('m-2024');
    expect([add?.parentId, add?.getAttribute('gen_ai.tool.call.id')]).toEqual([run?.spanId, 'c1']);
  });

  it.each<[string, (runner: Runner) => Promise<unknown>]>([
    [
      'iterated',
      async (runner) => {
        for await (const _message of runner);
      },
    ],
    ['awaited', async (runner) => runner],
  ])('fails in its span when it is %s', async (_how, use) => {
    const { run } = await spansOf(use, new Error('down'));

    expect(run?.status).toMatchObject({ code: 'ERROR', message: 'Error: down' });
    expect(run?.tokenUsage?.totalTokens).toBe(11);
  });

  it('ends its span when the iteration is left', async () => {
    const { run } = await spansOf(async (runner) => {
      for await (const _message of runner) break;
    });

    expect(run?.getAttribute('traced_agents.stream.cancelled')).toBe(true);
  });

  it('has the events of the streams that it brings in place of answers', async () => {
    const memory = recordInMemory();
    const started = (id: string) => ({ type: 'message_start', message: answer(id, 10) });
    class EventStream {
      emitted() {
        return Promise.resolve();
      }
      _emit(_event: string, ..._details: readonly unknown[]) {
        // to its listeners
      }
      async *[Symbol.asyncIterator]() {
        // chunks
      }
    }
    const run = traceLLM(
      () =>
        Object.assign(new Runner(() => undefined), {
          async *[Symbol.asyncIterator]() {
            for (const id of ['1', '2']) {
              const answers = new EventStream();
              yield answers;
              answers._emit('streamEvent', started(id), {});
              answers._emit('end');
            }
          },
        }),
      { name: 'run' },
    );

    for await (const message of run()) expect(message).toBeInstanceOf(EventStream);

    const span = memory.traces[0]?.data.spans[0];
    expect(span?.outputs).toEqual([started('1'), started('2')]);
    expect(span?.tokenUsage?.totalTokens).toBe(22);
  });

  it('is watched once, however often it is returned', async () => {
    const memory = recordInMemory();
    const run = traceLLM((runner: Runner) => runner, { captureInputs: false });
    const runner = new Runner(() => undefined);
    for (let count = 0; count < 20; count += 1) run(runner);
    for await (const _message of runner);

    expect(memory.traces.map(({ info }) => info.tokenUsage?.totalTokens)).toEqual(Array.from({ length: 20 }, () => 32));
  });
});

import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('the span of a native promise with fields of its own', () => {
  it('ends with its outcome when it is awaited', async () => {
    const memory = recordInMemory();
    const start = traceTool(
      () =>
        Object.assign(
          later(5).then(() => 'done'),
          { cancel: () => undefined },
        ),
      {
        name: 'start',
      },
    );

    await start();

    expect(spanNamed(memory, 'start').outputs).toBe('done');
  });

  it('ends as failed when it is awaited and fails', async () => {
    const memory = recordInMemory();
    const start = traceTool(() => Object.assign(Promise.reject(new Error('broken')), { id: 1 }), { name: 'start' });

    await expect(async () => start()).rejects.toThrow('broken');

    expect(spanNamed(memory, 'start').status.message).toBe('Error: broken');
  });

  it('leaves a rejection unhandled that nobody handles', async () => {
    recordInMemory();
    const unhandled: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').once('unhandledRejection', (reason) => unhandled.push(reason));
    const start = traceTool(() => Object.assign(Promise.reject('broken'), { id: 1 }), { name: 'start' });

    void start();
    await later(5);

    for (const listener of others) process.on('unhandledRejection', listener);
    expect(unhandled).toEqual(['broken']);
  });
});

describe('the span of a thenable that cannot be changed', () => {
  it('ends at once, unfinished and without outputs', async () => {
    const memory = recordInMemory();
    const ask = traceTool(() => Object.freeze({ then: (resolve: (value: number) => void) => resolve(3) }), {
      name: 'ask',
    });

    const answer = await ask();

    const { outputs, status, attributes } = spanNamed(memory, 'ask');
    expect([answer, outputs, status.code]).toEqual([3, undefined, 'UNSET']);
    expect(attributes['traced_agents.unfinished']).toBe(true);
    expect(memory.traces[0]?.info.responseText).toBeUndefined();
  });
});

describe('the span of a lazy query', () => {
  class Query {
    runs = 0;
    where(_clause: string): this {
      return this;
    }
    async execute(): Promise<string[]> {
      this.runs += 1;
      return ['row'];
    }
    explain(): ExplainPromise {
      return new ExplainPromise(this);
    }
    then(onFulfilled?: (rows: string[]) => unknown): Promise<unknown> {
      return this.execute().then(onFulfilled);
    }
  }
  class ExplainPromise extends Promise<string> {
    readonly query: Query | undefined;
    constructor(from: Query | ConstructorParameters<typeof Promise<string>>[0]) {
      super(from instanceof Query ? (resolve) => resolve('plan') : from);
      this.query = from instanceof Query ? from : undefined;
    }
    again(): Query | undefined {
      return this.query;
    }
  }

  it('ends with what another of its methods comes to', async () => {
    const memory = recordInMemory();
    const find = traceTool(() => new Query(), { name: 'find' });
    const query = find().where('a');

    const rows = await query.execute();

    expect([rows, query.runs, spanNamed(memory, 'find').outputs]).toEqual([['row'], 1, ['row']]);
  });

  it('ends when what another of its methods returns is awaited in its turn', async () => {
    const memory = recordInMemory();
    const find = traceTool(() => new Query(), { name: 'find' });
    const explained = find().explain();

    void explained.again()?.explain();
    const before = memory.traces.length;
    const plan = await explained;

    expect([before, plan, spanNamed(memory, 'find').outputs]).toEqual([0, 'plan', 'plan']);
  });

  it('runs it once, by the program alone', async () => {
    const memory = recordInMemory();
    const find = traceTool(() => new Query(), { name: 'find' });
    const query = find();
    const before = query.runs;

    await query;

    expect([before, query.runs, spanNamed(memory, 'find').outputs]).toEqual([0, 1, ['row']]);
  });

  it('does not take a class of many methods apart', async () => {
    const memory = recordInMemory();
    class Builder extends Query {}
    for (let index = 0; index < 40; index += 1)
      Object.defineProperty(Builder.prototype, `clause${index}`, { value: () => undefined });
    const find = traceTool(() => new Builder(), { name: 'find' });
    const query = find();

    await query;

    expect([Object.getOwnPropertyNames(query), spanNamed(memory, 'find').outputs]).toEqual([['runs', 'then'], ['row']]);
  });
});

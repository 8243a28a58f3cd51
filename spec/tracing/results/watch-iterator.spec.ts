import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const cancelled = 'traced_agents.stream.cancelled';

/** A step that is worked out when it is awaited. */
class LazyStep<Value> {
  runs = 0;
  readonly #work: () => Value;

  constructor(work: () => Value) {
    this.#work = work;
  }

  then<Result>(onFulfilled: (value: Value) => Result, onRejected?: (reason: unknown) => Result): Promise<Result> {
    this.runs += 1;
    return new Promise<Value>((resolve) => resolve(this.#work())).then(onFulfilled, onRejected);
  }
}

function lazySteps(to: number) {
  let next = 0;
  const steps: LazyStep<IteratorResult<number, string>>[] = [];
  const iterator = {
    steps,
    next() {
      const step = new LazyStep<IteratorResult<number, string>>(() => {
        next += 1;
        if (next === 7) throw new Error('broken');
        return next > to ? { done: true, value: 'end' } : { done: false, value: next };
      });
      steps.push(step);
      return step as unknown as Promise<IteratorResult<number, string>>;
    },
    [Symbol.asyncIterator]() {
      return iterator;
    },
  };
  return iterator;
}

async function drain(chunks: AsyncIterable<unknown>): Promise<unknown[]> {
  const drained: unknown[] = [];
  for await (const chunk of chunks) drained.push(chunk);
  return drained;
}

describe('an async iterator whose steps are thenables of its own', () => {
  it('is recorded step by step', async () => {
    const memory = recordInMemory();
    const stream = traceTool(() => lazySteps(3), { name: 'stream' });

    const drained = await drain(stream());

    const span = spanNamed(memory, 'stream');
    expect([drained, span.outputs, span.getAttribute('traced_agents.stream.returned')]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      'end',
    ]);
  });

  it('works out nothing before it is awaited, and each step once', async () => {
    recordInMemory();
    const stream = traceTool(() => lazySteps(3), { name: 'stream' });
    const iterator = stream();
    const step = iterator.next();
    const before = iterator.steps[0]?.runs;

    await step;

    expect([step, before, iterator.steps[0]?.runs]).toEqual([iterator.steps[0], 0, 1]);
  });

  it('fails the span when a step fails', async () => {
    const memory = recordInMemory();
    const stream = traceTool(() => lazySteps(9), { name: 'stream' });

    await expect(drain(stream())).rejects.toThrow('broken');

    const span = spanNamed(memory, 'stream');
    expect([span.status.message, (span.outputs as unknown[]).length]).toEqual(['Error: broken', 6]);
  });
});

describe('an iterator whose steps are proxies', () => {
  it('has none of their traps sprung', () => {
    recordInMemory();
    const trapped = new Proxy({ done: false, value: 1 } as const, {
      get: () => expect.unreachable(),
      getPrototypeOf: () => expect.unreachable(),
      getOwnPropertyDescriptor: () => expect.unreachable(),
    });
    const stream = traceTool(() => ({ next: () => trapped, [Symbol.iterator]: () => [] }), { name: 'stream' });

    const step = stream().next();

    expect(step === trapped).toBe(true);
  });
});

describe('a generator that is left early and yields once more', () => {
  it('goes on until it is done', () => {
    const memory = recordInMemory();
    const stream = traceTool(
      function* () {
        try {
          yield 1;
        } finally {
          yield 'closing';
          yield 'closed';
        }
      },
      { name: 'stream' },
    );
    const iterator = stream();
    iterator.next();
    iterator.return();
    iterator.next();
    const before = memory.traces.length;

    const last = iterator.next();

    const span = spanNamed(memory, 'stream');
    expect([before, last.done, span.outputs, span.getAttribute(cancelled)]).toEqual([
      0,
      true,
      [1, 'closing', 'closed'],
      true,
    ]);
  });

  it('goes on until it is done where it is asynchronous', async () => {
    const memory = recordInMemory();
    const stream = traceTool(
      async function* () {
        try {
          yield 1;
        } finally {
          yield 'closing';
        }
      },
      { name: 'stream' },
    );
    const iterator = stream();
    await iterator.next();
    await iterator.return(undefined);
    const before = memory.traces.length;

    await iterator.next();

    const span = spanNamed(memory, 'stream');
    expect([before, span.outputs, span.getAttribute(cancelled)]).toEqual([0, [1, 'closing'], true]);
  });
});

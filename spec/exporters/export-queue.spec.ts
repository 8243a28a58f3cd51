import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { ExportError, RejectedTracesError } from '../../lib/errors.js';
import type { Arriving } from '../../lib/exporters/backlog.js';
import { ExportQueue, type ExportQueueOptions, type ExportQueueStats } from '../../lib/exporters/export-queue.js';
import type { TraceExporter } from '../../lib/exporters/exporter.js';
import { MemoryBacklog } from '../../lib/exporters/memory-backlog.js';
import { aTrace } from '../support/traces.js';

vi.mock('node:timers', () => import('../support/faked-timers.js'));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('ExportQueue', () => {
  it('hands a lone trace over within its interval', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter, { intervalMs: 500 });

    queue.push(waiting(aTrace()));
    await vi.advanceTimersByTimeAsync(499);
    const before = exporter.sizes.length;
    await vi.advanceTimersByTimeAsync(1);

    expect([before, exporter.sizes]).toEqual([0, [1]]);
    expect(queue.stats()).toEqual(stats({ recorded: 1, exported: 1 }));
  });

  it('does so again after it was idle', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter, { intervalMs: 500 });
    queue.push(waiting(aTrace()));
    await vi.advanceTimersByTimeAsync(60_000);

    queue.push(waiting(aTrace()));
    await vi.advanceTimersByTimeAsync(500);

    expect(exporter.sizes).toEqual([1, 1]);
  });

  it('hands a full batch over at the next turn, never while the traced program waits', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter, { maxBatch: 2 });

    queue.push(waiting(aTrace()));
    queue.push(waiting(aTrace()));
    const atOnce = exporter.sizes.length;
    await setImmediate();

    expect([atOnce, exporter.sizes]).toEqual([0, [2]]);
  });

  it('keeps the order, in batches of bounded size', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter, { maxBatch: 3 });

    for (const id of [1, 2, 3, 4, 5, 6, 7]) queue.push(numbered(id));
    await queue.flush(1000);

    expect(exporter.sizes).toEqual([3, 3, 1]);
    expect(exporter.ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('never calls the exporter while it is at work', async () => {
    const exporter = new Destination({ answer: () => setImmediate() });
    const { queue } = setUp(exporter, { maxBatch: 2 });

    for (let round = 0; round < 20; round += 1) {
      queue.push(waiting(aTrace()));
      if (round % 5 === 0) void queue.flush(1000);
      await setImmediate();
    }
    await queue.flush(1000);

    expect(exporter.mostAtOnce).toBe(1);
    expect(queue.stats()).toEqual(stats({ recorded: 20, exported: 20 }));
  });

  it('is bounded in traces: what is new is dropped, counted and told', async () => {
    const { queue, errors } = setUp(new Destination(), { maxTraces: 3 });

    for (let index = 0; index < 10_000; index += 1) queue.push(waiting(aTrace()));
    const full = queue.stats();
    await queue.flush(1000);

    expect(full).toEqual(stats({ recorded: 10_000, dropped: { 'queue full': 9997 }, queued: 3 }));
    expect(queue.stats()).toEqual(stats({ recorded: 10_000, dropped: { 'queue full': 9997 }, exported: 3 }));
    expect(errors[0]).toEqual(
      new ExportError(
        'destination',
        "The queue of the exporter 'destination' is full, and new traces are dropped there. It is slower than the program; sample (sampleRatio) or see stats().",
      ),
    );
  });

  it('counts as dropped only the traces that the exporter says were refused', async () => {
    const errors: string[] = [];
    const exporter = {
      name: 'choosy',
      export: () => Promise.reject(new RejectedTracesError(['tr-2'], 'no such trace')),
    };
    const queue = new ExportQueue(exporter, { onError: ({ message }) => errors.push(message) });
    for (let index = 0; index < 3; index += 1) queue.push(waiting(aTrace()));

    await queue.flush(1000);

    expect(queue.stats()).toEqual(stats({ recorded: 3, exported: 2, dropped: { rejected: 1 } }));
    expect(errors).toEqual([expect.stringContaining('no such trace')]);
  });

  it('counts what is with the exporter as in memory', async () => {
    const { queue } = setUp(new Destination({ answer: () => new Promise(() => undefined) }), {
      maxTraces: 2,
      maxBatch: 2,
    });

    queue.push(waiting(aTrace()));
    queue.push(waiting(aTrace()));
    await setImmediate();
    queue.push(waiting(aTrace()));

    expect(queue.stats()).toEqual(stats({ recorded: 3, dropped: { 'queue full': 1 }, queued: 2 }));
  });

  it('is bounded in length, and has room again when traces have left', async () => {
    const { queue } = setUp(new Destination(), { maxLength: 2500 });
    const long = aTrace({ spans: [{ inputs: 'x'.repeat(1000) }] });

    for (let index = 0; index < 3; index += 1) queue.push(waiting(long));
    await queue.flush(1000);
    queue.push(waiting(long));

    expect(queue.stats()).toEqual(stats({ recorded: 4, exported: 2, dropped: { 'queue full': 1 }, queued: 1 }));
  });

  it('has room for one trace, however long', async () => {
    const { queue } = setUp(new Destination(), { maxLength: 10 });

    queue.push(numbered(1));
    queue.push(numbered(2));
    await queue.flush(1000);

    expect(queue.stats()).toEqual(stats({ recorded: 2, exported: 1, dropped: { 'queue full': 1 } }));
  });

  it('does nothing when it is flushed empty', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter);

    await queue.flush(1000);

    expect([exporter.sizes, exporter.flushes]).toEqual([[], 1]);
  });
});

describe('an exporter that fails', () => {
  it.each([
    ['throws', () => raise(new Error('no route'))],
    ['rejects', () => Promise.reject(new Error('no route'))],
  ])('is told of and tried again when it %s', async (_title, answer) => {
    const exporter = new Destination({ answer });
    const { queue, errors } = setUp(exporter);

    queue.push(waiting(aTrace()));
    await queue.flush(1000);
    exporter.answer = () => undefined;
    queue.push(waiting(aTrace()));
    await queue.flush(1000);

    expect(queue.stats()).toEqual(stats({ recorded: 2, exported: 1, dropped: { 'export failed': 1 } }));
    expect(errors.map(messageAndCause)).toEqual([
      [
        "The exporter 'destination' failed, and 1 traces are lost there (see stats() for the sum): Error: no route.",
        new Error('no route'),
      ],
    ]);
  });

  it.each([
    ['nothing', undefined, 'undefined'],
    ['a text', 'no route', 'no route'],
    ['a sentence', 'There is no route.', 'There is no route'],
    ['an object without a prototype', Object.create(null), 'something that cannot be shown'],
    ['a revoked proxy', revokedProxy(), 'something that cannot be shown'],
  ])('may throw %s', async (_title, thrown, text) => {
    const { queue, errors } = setUp(new Destination({ answer: () => raise(thrown) }));

    queue.push(waiting(aTrace()));
    await queue.flush(1000);

    expect(queue.stats()).toEqual(stats({ recorded: 1, dropped: { 'export failed': 1 } }));
    expect(errors[0]?.message.endsWith(`: ${text}.`)).toBe(true);
  });

  it('is quoted where it throws an ExportError of its own', async () => {
    const own = new ExportError('destination', 'The key is wrong. Set another.');
    const { queue, errors } = setUp(new Destination({ answer: () => raise(own) }));

    queue.push(waiting(aTrace()));
    await queue.flush(1000);

    expect(errors).toEqual([own]);
  });

  it('is given up when it never answers, and its signal says so', async () => {
    const exporter = new Destination({ answer: () => new Promise(() => undefined) });
    const { queue, errors } = setUp(exporter, { timeoutMs: 30_000 });

    queue.push(waiting(aTrace()));
    const flushed = queue.flush(60_000);
    await vi.advanceTimersByTimeAsync(30_000);
    await flushed;

    expect(queue.stats()).toEqual(stats({ recorded: 1, dropped: { timeout: 1 } }));
    expect(exporter.signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'destination' did not answer within 30000 ms; 1 traces are lost there. See stats() for the sum.",
    ]);
  });

  it('is given the time that the exporter asks for', async () => {
    const exporter = new Destination({ answer: () => new Promise(() => undefined) });
    const { queue } = setUp(Object.assign(exporter, { exportTimeoutMs: 90_000 }));

    queue.push(waiting(aTrace()));
    const flushed = queue.flush(100_000);
    await vi.advanceTimersByTimeAsync(89_999);
    const before = queue.stats().dropped;
    await vi.advanceTimersByTimeAsync(1);
    await flushed;

    expect([before, queue.stats().dropped]).toEqual([{}, { timeout: 1 }]);
  });

  it('changes nothing by an answer that comes too late', async () => {
    let answer: (reason: Error) => void = () => undefined;
    const exporter = new Destination({ answer: () => new Promise((_, reject) => (answer = reject)) });
    const { queue, errors } = setUp(exporter, { timeoutMs: 100 });

    queue.push(waiting(aTrace()));
    const flushed = queue.flush(1000);
    await vi.advanceTimersByTimeAsync(100);
    await flushed;
    answer(new Error('too late'));
    await setImmediate();

    expect(queue.stats()).toEqual(stats({ recorded: 1, dropped: { timeout: 1 } }));
    expect(errors.length).toBe(1);
  });

  it.each([
    ['throws', () => raise(new Error('no route'))],
    ['rejects', () => Promise.reject(new Error('no route'))],
  ])('is told of when it %s at flush', async (_title, end) => {
    const { queue, errors } = setUp(new Destination({ flush: end }));

    await queue.flush(1000);

    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'destination' failed at flush or shutdown: Error: no route.",
    ]);
  });
});

describe('a backlog that breaks', () => {
  it('is told of, and reaches nobody', async () => {
    const exporter = new Destination();
    const backlog = new MemoryBacklog({ maxTraces: 10, maxLength: 10_000 });
    const { queue, errors } = setUp(exporter, { makeBacklog: () => backlog });
    const take = vi.spyOn(backlog, 'take').mockImplementationOnce(() => raise(new Error('broken')));
    queue.push(waiting(aTrace()));

    await queue.flush(1000);
    take.mockRestore();
    await queue.flush(1000);

    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'destination' failed in its queue: Error: broken.",
    ]);
    expect(queue.stats()).toEqual(stats({ recorded: 1, exported: 1 }));
  });

  it('does not reach another queue that waits for the same exporter either', async () => {
    const exporter = new Destination();
    const backlog = new MemoryBacklog({ maxTraces: 10, maxLength: 10_000 });
    const { queue: broken } = setUp(exporter, { makeBacklog: () => backlog });
    const { queue } = setUp(exporter, {});
    vi.spyOn(backlog, 'take').mockReturnValueOnce(setImmediate().then(() => raise(new Error('broken'))) as never);
    broken.push(waiting(aTrace()));
    queue.push(waiting(aTrace()));

    await Promise.all([broken.flush(1000), queue.flush(1000)]);

    expect(queue.stats()).toEqual(stats({ recorded: 1, exported: 1 }));
  });
});

describe('a trace that comes while a backlog looks in vain for others', () => {
  it('is handed over before a flush ends', async () => {
    const exporter = new Destination();
    const backlog = new MemoryBacklog({ maxTraces: 10, maxLength: 10_000 });
    const { queue } = setUp(exporter, { makeBacklog: () => backlog });
    vi.spyOn(backlog, 'take').mockReturnValueOnce(setImmediate(undefined) as never);
    const first = queue.flush(1000);
    queue.push(waiting(aTrace()));

    await Promise.all([first, queue.flush(1000)]);

    expect(queue.stats()).toEqual(stats({ recorded: 1, exported: 1 }));
  });
});

describe('a backlog that is asked when the end comes', () => {
  it('is closed with what it holds', async () => {
    const exporter = new Destination();
    const backlog = new MemoryBacklog({ maxTraces: 10, maxLength: 10_000 });
    const { queue } = setUp(exporter, { makeBacklog: () => backlog });
    let answer: (batch: undefined) => void = () => undefined;
    vi.spyOn(backlog, 'take').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)) as never);
    queue.push(waiting(aTrace()));

    const closed = queue.close(0);
    await vi.advanceTimersByTimeAsync(1);
    answer(undefined);
    await closed;

    expect([exporter.sizes, queue.stats()]).toEqual([[], stats({ recorded: 1, dropped: { shutdown: 1 } })]);
  });
});

describe('a queue whose process has nothing else to do', () => {
  it('hands over what waits, and gives up what is not taken in time', async () => {
    const exporter = new Destination();
    const { queue, errors } = setUp(exporter, { maxBatch: 1 });
    queue.push(waiting(aTrace()));
    await queue.finish(1000);
    exporter.answer = () => new Promise(() => undefined);
    queue.push(waiting(aTrace()));
    queue.push(waiting(aTrace()));

    const finished = queue.finish(1000);
    await vi.advanceTimersByTimeAsync(1000);
    await finished;
    await vi.advanceTimersByTimeAsync(0);

    expect(exporter.signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(queue.stats()).toEqual(stats({ recorded: 3, exported: 1, dropped: { shutdown: 1 }, queued: 1 }));
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('did not answer before the end')]);
  });

  it('does not wait for a call that has been waited for as long already', async () => {
    const exporter = new Destination({ answer: () => new Promise(() => undefined) });
    const { queue } = setUp(exporter, { maxBatch: 1 });
    queue.push(waiting(aTrace()));
    await setImmediate();
    await vi.advanceTimersByTimeAsync(1000);

    await queue.finish(1000);

    expect(exporter.signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('goes on where the program does', async () => {
    const exporter = new Destination({ answer: () => new Promise(() => undefined) });
    const { queue } = setUp(exporter, { maxBatch: 1 });
    queue.push(waiting(aTrace()));
    const finished = queue.finish(100);
    await vi.advanceTimersByTimeAsync(100);
    await finished;
    exporter.answer = () => undefined;

    queue.push(waiting(aTrace()));
    await queue.flush(1000);

    expect(queue.stats()).toEqual(stats({ recorded: 2, exported: 1, dropped: { shutdown: 1 } }));
  });
});

describe('the end of a queue', () => {
  it('hands over what waits, flushes, and ends the exporter once', async () => {
    const exporter = new Destination();
    const { queue } = setUp(exporter);

    queue.push(waiting(aTrace()));
    await Promise.all([queue.shutdown(1000), queue.shutdown(1000)]);

    expect([exporter.sizes, exporter.flushes, exporter.shutdowns]).toEqual([[1], 1, 1]);
  });

  it('drops and counts what comes later', async () => {
    const { queue } = setUp(new Destination());

    await queue.shutdown(1000);
    queue.push(waiting(aTrace()));

    expect(queue.stats()).toEqual(stats({ recorded: 1, dropped: { shutdown: 1 } }));
  });

  it('shares one time limit among its steps, and counts what is left', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const exporter = new Destination({ answer: never, flush: never, shutdown: never });
    const { queue, errors } = setUp(exporter, { maxBatch: 2 });
    for (let index = 0; index < 5; index += 1) queue.push(waiting(aTrace()));

    let hasEnded = false;
    const ended = queue.shutdown(1000).then(() => {
      hasEnded = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    const early = hasEnded;
    await vi.advanceTimersByTimeAsync(3);
    await ended;

    expect(early).toBe(false);
    expect(queue.stats()).toEqual(stats({ recorded: 5, dropped: { shutdown: 5 } }));
    expect(exporter.signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'destination' did not answer before the end; 2 traces are lost there. See stats() for the sum.",
    ]);
  });

  it('ends the exporter when nothing is with it any more', async () => {
    const queued: number[] = [];
    const exporter = new Destination({
      answer: () => new Promise(() => undefined),
      shutdown: () => void queued.push(queue.stats().queued),
    });
    const { queue } = setUp(exporter);
    queue.push(waiting(aTrace()));

    const ended = queue.shutdown(1000);
    await vi.advanceTimersByTimeAsync(1000);
    await ended;

    expect(queued).toEqual([0]);
  });

  it('needs neither forceFlush nor shutdown of the exporter', async () => {
    const { queue, errors } = setUp({ name: 'bare', export: () => undefined });

    queue.push(waiting(aTrace()));
    await queue.shutdown(1000);

    expect([queue.stats(), errors]).toEqual([stats({ recorded: 1, exported: 1 }), []]);
  });
});

describe('the sum of a queue', () => {
  it('is right after every step, whatever the exporter does', async () => {
    const answer = fc.constantFrom('arrive', 'throw', 'reject', 'wait', 'never');
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ do: fc.constant('pass' as const), count: fc.integer({ min: 1, max: 300 }) }),
      fc.record({ do: fc.constant('flush' as const), count: fc.constant(50) }),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1 }),
        fc.array(step, { maxLength: 20 }),
        async (answers, steps) => {
          let call = 0;
          const exporter = new Destination({ answer: () => act(answers[call++ % answers.length]) });
          const { queue } = setUp(exporter, { maxTraces: 20, maxBatch: 4, intervalMs: 100, timeoutMs: 100 });

          for (const { do: what, count } of steps) {
            if (what === 'push') for (let index = 0; index < count; index += 1) queue.push(waiting(aTrace()));
            if (what === 'pass') await vi.advanceTimersByTimeAsync(count);
            if (what === 'flush') void queue.flush(count);
            expect(sumOf(queue.stats())).toBe(queue.stats().recorded);
            expect(queue.stats().queued).toBeLessThanOrEqual(20);
          }
          const ended = queue.shutdown(50);
          await vi.advanceTimersByTimeAsync(1000);
          await ended;

          expect([sumOf(queue.stats()), queue.stats().queued]).toEqual([queue.stats().recorded, 0]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

type Answer = () => void | Promise<void>;

/** An exporter that writes down what is done to it, and does what it is told. */
class Destination implements TraceExporter {
  readonly name = 'destination';
  readonly sizes: number[] = [];
  readonly ids: number[] = [];
  readonly signals: AbortSignal[] = [];
  answer: Answer;
  mostAtOnce = 0;
  flushes = 0;
  shutdowns = 0;
  readonly #ends: { readonly flush?: Answer; readonly shutdown?: Answer };
  #atOnce = 0;

  constructor(acts: { readonly answer?: Answer; readonly flush?: Answer; readonly shutdown?: Answer } = {}) {
    this.answer = acts.answer ?? (() => undefined);
    this.#ends = acts;
  }

  export(traces: readonly Trace[], { signal }: { readonly signal: AbortSignal }): void | Promise<void> {
    this.sizes.push(traces.length);
    this.ids.push(...traces.map(({ info }) => Number.parseInt(info.traceId.slice(3), 16)));
    this.signals.push(signal);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    let answer: void | Promise<void>;
    try {
      answer = this.answer();
    } finally {
      this.#atOnce -= 1;
    }
    if (answer === undefined) return undefined;
    this.#atOnce += 1;
    return answer.finally(() => {
      this.#atOnce -= 1;
    });
  }

  forceFlush(): void | Promise<void> {
    this.flushes += 1;
    return this.#ends.flush?.();
  }

  shutdown(): void | Promise<void> {
    this.shutdowns += 1;
    return this.#ends.shutdown?.();
  }
}

function setUp(exporter: TraceExporter, options: Partial<ExportQueueOptions> = {}) {
  const errors: ExportError[] = [];
  const queue = new ExportQueue(exporter, { onError: (error) => errors.push(error), ...options });
  return { queue, errors };
}

function stats(parts: Partial<ExportQueueStats>): ExportQueueStats {
  return { recorded: 0, exported: 0, dropped: {}, spooled: 0, queued: 0, ...parts };
}

function sumOf({ exported, dropped, spooled, queued }: ExportQueueStats): number {
  return exported + spooled + queued + Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

function numbered(id: number): Arriving {
  return waiting(aTrace({ id: `tr-${id.toString(16).padStart(32, '0')}` }));
}

function waiting(trace: Trace): Arriving {
  const texts = trace.data.spans.flatMap((span) => Object.values(span.attributeTexts));
  return { trace, line: traceToLine(trace), length: texts.join('').length };
}

function act(answer: string | undefined): void | Promise<void> {
  if (answer === 'throw') throw new Error('thrown');
  if (answer === 'reject') return Promise.reject(new Error('rejected'));
  if (answer === 'wait') return new Promise((resolve) => setTimeout(resolve, 60));
  if (answer === 'never') return new Promise(() => undefined);
  return undefined;
}

function raise(error: unknown): never {
  throw error;
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function messageAndCause({ message, cause }: ExportError): unknown {
  return [message, cause];
}

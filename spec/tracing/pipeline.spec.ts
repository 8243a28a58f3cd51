import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FileExporter,
  flush,
  getLastActiveTraceId,
  getTrace,
  InMemoryExporter,
  init,
  type Span,
  searchTraces,
  shutdown,
  stats,
  type Trace,
  type TraceExporter,
  type TraceLines,
  TracingError,
  traceAgent,
  traceToLine,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { later } from '../support/recording.js';
import { temporaryFolders } from '../support/temporary-folder.js';

const temporaryFolder = temporaryFolders();
const echo = traceTool((value: unknown) => value, { name: 'echo' });
const never = (): Promise<void> => new Promise(() => undefined);

afterEach(async () => {
  await shutdown();
});

describe.each(['inline', 'queued'] as const)('an exporter (%s) beside others', (delivery) => {
  const misbehaving: readonly (readonly [title: string, act: TraceExporter['export'], told: string | undefined])[] = [
    ['throws', () => raise(new Error('no route')), 'Error: no route.'],
    ['throws nothing', () => raise(undefined), 'undefined.'],
    ['throws what cannot be shown', () => raise(Object.create(null)), 'something that cannot be shown.'],
    ['rejects', () => Promise.reject(new Error('no route')), 'Error: no route.'],
    ['is slow', () => later(20), undefined],
    ['answers what is no promise', () => 5 as never, undefined],
    ['answers a thenable that throws', () => ({ then: () => raise(new Error('no then')) }) as never, 'Error: no then.'],
  ];

  it.each(misbehaving)('harms nobody when it %s', async (_title, act, told) => {
    const { before, after, errors } = setUp({ name: 'bad', delivery, export: act });

    const results = [echo(1), echo(2)];
    const ended = await flush();

    expect(results).toEqual([1, 2]);
    expect([before.traces.length, after.traces.length]).toEqual([2, 2]);
    expect(ended.exporters['bad']).toMatchObject({
      recorded: 2,
      exported: told === undefined ? 2 : 0,
      dropped: told === undefined ? {} : { 'export failed': 2 },
      spooled: 0,
      queued: 0,
    });
    expect(errors.map(({ message }) => message.split('): ')[1])).toEqual(told === undefined ? [] : [told]);
  });

  it('harms nobody when it never answers, and is waited for only so long', async () => {
    const bad = { name: 'bad', delivery, export: never, forceFlush: never, shutdown: never };
    const { before, after, errors } = setUp(bad, 100);

    echo(1);
    echo(2);
    const ended = await shutdown();

    expect([before.traces.length, after.traces.length]).toEqual([2, 2]);
    expect(ended.exporters['after']).toEqual({ recorded: 2, exported: 2, dropped: {}, spooled: 0, queued: 0 });
    expect(ended.exporters['bad']).toMatchObject({
      recorded: 2,
      exported: 0,
      dropped: { shutdown: 2 },
      spooled: 0,
      queued: 0,
    });
    expect(errors.map(({ message }) => message)).toEqual([
      "The exporter 'bad' did not answer before the end; 2 traces are lost there. See stats() for the sum.",
    ]);
  });

  it('cannot change what the others see', async () => {
    const failures: unknown[] = [];
    const { before, after } = setUp({
      name: 'bad',
      delivery,
      export: (traces) => {
        for (const meddle of meddlings) failures.push(tryTo(() => meddle(traces[0] as Trace))); // one trace is made
      },
    });

    traceAgent((_input: object) => ({ list: [1] }), { name: 'agent' })({ deep: { value: 1 } });
    await flush();

    expect(failures.map((failure) => failure instanceof TypeError)).toEqual(meddlings.map(() => true));
    expect(JSON.stringify(after.traces)).toBe(JSON.stringify(before.traces));
    expect(after.traces[0]?.data.spans[0]).toMatchObject({
      inputs: { _input: { deep: { value: 1 } } },
      outputs: { list: [1] },
    });
  });

  it('cannot change what an exception has left', async () => {
    const failures: unknown[] = [];
    const { after } = setUp({
      name: 'bad',
      delivery,
      export: ([trace]) => {
        const [event] = trace?.data.spans[0]?.events ?? [];
        failures.push(tryTo(() => Object.assign(event ?? {}, { name: 'other' })));
        failures.push(tryTo(() => Object.assign(event?.attributes ?? {}, { 'exception.message': 'other' })));
      },
    });

    tryTo(() => traceTool(() => raise(new Error('no route')), { name: 'fail' })());
    await flush();

    expect(failures.map((failure) => failure instanceof TypeError)).toEqual([true, true]);
    expect(after.traces[0]?.data.spans[0]?.events[0]).toMatchObject({
      name: 'exception',
      attributes: { 'exception.message': 'no route' },
    });
  });

  it('cannot change the time of a trace', async () => {
    const { after } = setUp({
      name: 'bad',
      delivery,
      export: (traces) => void traces[0]?.info.requestTime.setTime(0),
    });

    echo(1);
    await flush();

    expect(after.traces[0]?.info.requestTime.getTime()).toBeGreaterThan(0);
  });

  it('makes no traces by what it calls', async () => {
    const call = async (): Promise<void> => {
      echo('at once');
      await later();
      echo('later');
    };
    const { before } = setUp({ name: 'busy', delivery, export: call, forceFlush: call, shutdown: call });

    echo('traced');
    await flush();
    await shutdown();

    expect(before.traces.map((trace) => trace.data.spans.length)).toEqual([1]);
    expect(stats()).toMatchObject({ started: 1, recorded: 1 });
  });
});

describe.each(['inline', 'queued'] as const)('an exporter (%s) of the set-up that is replaced', (delivery) => {
  it('goes on where the next one has it, too, and is ended with that', async () => {
    const kept = new Diary('kept', delivery);
    const left = new Diary('left', delivery);
    init({ exporters: [kept, left] });
    echo(1);

    init({ exporters: [kept] });
    await later(20);
    const meanwhile = [kept.shutdowns, left.shutdowns];
    echo(2);
    await shutdown();

    expect(meanwhile).toEqual([0, 1]);
    expect([kept.outputs, left.outputs]).toEqual([[1, 2], [1]]);
    expect([kept.shutdowns, left.shutdowns]).toEqual([1, 1]);
  });
});

describe('a queued exporter that the next set-up has, too', () => {
  it('is not called while it still works for the first', async () => {
    const kept = new Diary('kept', 'queued');
    init({ exporters: [kept] });
    echo(1);

    init({ exporters: [kept] });
    echo(2);
    await flush();

    expect([kept.outputs, kept.mostAtOnce]).toEqual([[1, 2], 1]);
  });
});

describe.each(['inline', 'queued'] as const)('an exporter (%s) that wants lines', (delivery) => {
  it('is asked for each trace by one, and fails like others', async () => {
    const lines: string[] = [];
    const errors: string[] = [];
    const exporter: TraceExporter = {
      name: 'lines',
      delivery,
      maxBatch: 1,
      export: () => expect.fail('asked for traces'),
      exportLines: ([line = '']) => {
        if (lines.push(line) === 2) throw new Error('no room');
      },
    };
    const memory = new InMemoryExporter();
    const tracing = init({ exporters: [exporter, memory], onError: ({ message }) => errors.push(message) });

    for (let turn = 0; turn < 3; turn += 1) echo(turn);
    await flush();

    expect(lines).toEqual(memory.traces.map(traceToLine));
    expect(tracing.stats().exporters['lines']).toMatchObject({
      recorded: 3,
      exported: 2,
      dropped: { 'export failed': 1 },
    });
    expect(errors).toEqual([expect.stringContaining('no room')]);
  });

  it('is asked by export() where its lines were taken away since', async () => {
    const names: (string | undefined)[] = [];
    const exporter: TraceExporter = {
      name: 'lines',
      delivery,
      export: (traces) => void names.push(...traces.map(({ info }) => info.name)),
      exportLines: () => undefined,
    };
    init({ exporters: [exporter] });
    delete exporter.exportLines;

    echo(1);
    await flush();

    expect(names).toEqual(['echo']);
  });
});

describe('an exporter that wants lines', () => {
  it('may go through them as often as it likes, and knows beforehand how many there are', async () => {
    const calls: (readonly [length: number, once: readonly string[], again: readonly string[]])[] = [];
    const memory = new InMemoryExporter();
    const exporter: TraceExporter = {
      name: 'lines',
      export: () => expect.fail('asked for traces'),
      exportLines: (lines) => void calls.push([lines.length, [...lines], [...lines]]),
    };
    init({ exporters: [exporter, memory] });

    echo(1);
    echo(2);
    await flush();

    const lines = memory.traces.map(traceToLine);
    expect(calls).toEqual([[2, lines, lines]]);
  });

  it('is given those that waited on disk, too', async () => {
    const spoolDir = temporaryFolder();
    const lines: string[] = [];
    const memory = new InMemoryExporter();
    const exporter: TraceExporter = {
      name: 'lines',
      destination: 'a store',
      export: () => expect.fail('asked for traces'),
      exportLines: (written) => void lines.push(...written),
    };
    init({ exporters: [exporter, memory], spoolDir });

    echo(1);
    echo(2);
    await flush();

    expect(lines).toEqual(memory.traces.map(traceToLine));
  });

  it('is asked by export() where a subclass has written that anew', async () => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    const names: (string | undefined)[] = [];
    class Naming extends FileExporter {
      override export(traces: readonly Trace[]): void {
        names.push(...traces.map(({ info }) => info.name));
        super.export(traces);
      }
    }
    init({ exporters: [new Naming({ path })] });

    echo(1);

    expect(names).toEqual(['echo']);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('is asked by export() where a proxy has another one', () => {
    const asked: unknown[] = [];
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    const get = (target: FileExporter, key: PropertyKey): unknown => {
      if (key === 'export') return note;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    };
    const note = (traces: readonly Trace[]): unknown => asked.push(...traces.map(({ info }) => info.name));
    init({ exporters: [new Proxy(exporter, { get })] });

    echo(1);

    expect(asked).toEqual(['echo']);
  });

  it('is asked by export() where a proxy alone has one', () => {
    const asked: unknown[] = [];
    const note = (traces: readonly Trace[]): unknown => asked.push(...traces.map(({ info }) => info.name));
    const parts: Record<PropertyKey, unknown> = { name: 'parts', delivery: 'inline', exportLines: () => undefined };
    const get = (target: typeof parts, key: PropertyKey): unknown => (key === 'export' ? note : target[key]);
    init({ exporters: [new Proxy(parts, { get }) as unknown as TraceExporter] });

    echo(1);

    expect(asked).toEqual(['echo']);
  });

  it('is asked by a spy that has taken the place of its export() since', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    init({ exporters: [exporter] });
    const spy = vi.spyOn(exporter, 'export');

    echo(1);

    expect(spy).toHaveBeenCalledOnce();
    expect(readFileSync(exporter.path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('is asked by lines that were given to it beside the export() of its class', () => {
    const given: string[] = [];
    const exportLines = (lines: TraceLines): void => void given.push(...lines);
    init({ exporters: [Object.assign(new FileExporter({ path: '/dev/null/no' }), { exportLines })] });

    echo(1);

    expect(given).toHaveLength(1);
  });
});

describe('an inline exporter that answers when it was given up', () => {
  it('changes no sum', async () => {
    let answer: () => void = () => undefined;
    const slow: TraceExporter = {
      name: 'slow',
      delivery: 'inline',
      export: () => new Promise((resolve) => (answer = resolve)),
    };
    init({ exporters: [slow], shutdownTimeoutMs: 20, onError: () => undefined });
    echo(1);

    await shutdown();
    answer();
    await later(1);

    expect(stats().exporters['slow']).toMatchObject({ recorded: 1, exported: 0, dropped: { shutdown: 1 }, queued: 0 });
  });
});

describe('the sum of all traces', () => {
  it('is right at every moment', async () => {
    const memory = new InMemoryExporter();
    init({ exporters: [memory], sampleRatio: 0.5, maxOpenTraces: 3, lateSpanMs: 5 });
    const hang = traceAgent(never, { name: 'hang' });
    const late = traceAgent(() => void never(), { name: 'late' });
    const sums: number[] = [];

    for (let index = 0; index < 50; index += 1) {
      echo(index);
      void late();
      if (index % 5 === 0) void hang();
      sums.push(startedMinusParts());
    }
    await shutdown();

    expect(sums).toEqual(sums.map(() => 0));
    expect([startedMinusParts(), stats().open]).toEqual([0, 0]);
    expect(memory.traces.length).toBe(stats().recorded);
  });
});

describe('traces that memory has forgotten', () => {
  it('are found in the file', async () => {
    init({ exporters: [new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') })], maxRecentTraces: 1 });
    echo('first');
    const firstId = getLastActiveTraceId();
    echo('second');
    const secondId = getLastActiveTraceId();

    const [first, second] = [await getTrace(firstId), await getTrace(secondId)];
    const found = await searchTraces({ name: 'echo' });

    expect([first, second].map((trace) => trace?.data.spans[0]?.outputs)).toEqual(['first', 'second']);
    expect(found.map(({ info }) => info.traceId).sort()).toEqual([firstId, secondId].sort());
  });

  it('are unknown where no exporter can be asked', async () => {
    init({ exporters: [], maxRecentTraces: 1 });
    echo('first');
    const id = getLastActiveTraceId();
    echo('second');

    expect(await getTrace(id)).toBeUndefined();
  });

  it('are sought without a trace of the search', async () => {
    const memory = new InMemoryExporter();
    const ask = async (): Promise<never[]> => {
      echo('sought');
      return [];
    };
    const reader = { name: 'reader', export: () => undefined, getTrace: ask as never, searchTraces: ask };
    init({ exporters: [memory, reader] });

    await getTrace('tr-unknown');
    await searchTraces({});

    expect([memory.traces, stats().started]).toEqual([[], 0]);
  });

  it('are sought in the next reader when one fails', async () => {
    const errors: TracingError[] = [];
    const broken = {
      name: 'broken',
      export: () => undefined,
      getTrace: () => raise(undefined),
      searchTraces: () => Promise.reject(new Error('no route')),
    };
    const memory = new InMemoryExporter();
    init({ exporters: [broken, memory], maxRecentTraces: 1, onError: (error) => errors.push(error) });
    echo('first');
    const id = getLastActiveTraceId();
    echo('second');

    const found = await getTrace(id);
    const all = await searchTraces({});

    expect([found?.info.traceId, all.length]).toEqual([id, 2]);
    expect(errors.map((error) => [error instanceof TracingError, error.message])).toEqual([
      [true, 'A stored trace could not be read: undefined: undefined.'],
      [true, 'A stored trace could not be read: Error: no route.'],
    ]);
  });
});

/** An exporter that writes down what is done to it, and takes a while for it. */
class Diary implements TraceExporter {
  readonly name: string;
  readonly delivery: 'inline' | 'queued';
  readonly outputs: unknown[] = [];
  shutdowns = 0;
  mostAtOnce = 0;
  #atOnce = 0;

  constructor(name: string, delivery: 'inline' | 'queued') {
    this.name = name;
    this.delivery = delivery;
  }

  async export(traces: readonly Trace[]): Promise<void> {
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await later(5);
    this.outputs.push(...traces.map((trace) => trace.data.spans[0]?.outputs));
    this.#atOnce -= 1;
  }

  shutdown(): void {
    this.shutdowns += 1;
  }
}

const meddlings: readonly ((trace: Trace) => void)[] = [
  (trace) => Object.assign(trace, { info: undefined }),
  (trace) => Object.assign(trace.info, { state: 'ERROR' }),
  (trace) => Object.assign(trace.info.tags, { 'mlflow.traceName': 'other' }),
  (trace) => Object.assign(trace.info.metadata, { more: 'other' }),
  (trace) => (trace.data.spans as unknown[]).pop(),
  (trace) => Object.assign(spanOf(trace), { name: 'other' }),
  (trace) => Object.assign(spanOf(trace).status, { code: 'ERROR' }),
  (trace) => Object.assign(spanOf(trace).attributeTexts, { more: '1' }),
  (trace) => Object.assign(spanOf(trace).attributes, { more: 1 }),
  (trace) => (spanOf(trace).events as unknown[]).push(1),
  (trace) => Object.assign((spanOf(trace).inputs as { _input: { deep: object } })._input.deep, { value: 2 }),
  (trace) => (spanOf(trace).outputs as { list: unknown[] }).list.push(2),
];

function spanOf(trace: Trace): Span {
  return trace.data.spans[0] as Span; // each has one
}

/** The exporter under test between two that are well. */
function setUp(exporter: TraceExporter, shutdownTimeoutMs = 60_000) {
  const errors: TracingError[] = [];
  const before = new InMemoryExporter();
  const after = Object.assign(new InMemoryExporter(), { name: 'after' as never }); // two of one kind
  init({ exporters: [before, exporter, after], shutdownTimeoutMs, onError: (error) => errors.push(error) });
  return { before, after, errors };
}

function startedMinusParts(): number {
  const { started, recorded, sampledOut, dropped, open } = stats();
  return started - recorded - sampledOut - open - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

function tryTo(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

function raise(error: unknown): never {
  throw error;
}

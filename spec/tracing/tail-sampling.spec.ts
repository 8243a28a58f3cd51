import { trace as api, context, TraceFlags } from '@opentelemetry/api';
import fc from 'fast-check';
import {
  CallbackError,
  getLastActiveTraceId,
  getTrace,
  type KeepOptions,
  searchTraces,
  shutdown,
  stats,
  type Trace,
  type TracingError,
  traceAgent,
  traceLLM,
  traceTool,
  updateCurrentTrace,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

const fail = traceTool((message: string): never => raise(message), { name: 'fail' });
const ask = traceLLM((tokens: number) => ({ usage: { prompt_tokens: tokens, completion_tokens: 1 } }), { name: 'ask' });
const wait = traceTool((ms: number) => later(ms), { name: 'wait' });
const rescue = traceAgent(
  () => {
    try {
      fail('no route');
    } catch {
      return 'well';
    }
    return 'never';
  },
  { name: 'rescue' },
);
const pay = (totalCost: number): void =>
  withSpan({ name: 'pay', attributes: { 'mlflow.llm.cost': { total_cost: totalCost } } }, () => undefined);

afterEach(async () => {
  vi.unstubAllEnvs();
  await shutdown();
});

describe('traces that the ratio leaves out', () => {
  it('are left out where nothing is said to be kept', () => {
    const memory = recordInMemory({ sampleRatio: 0, keep: {} });

    rescue();

    expect(memory.traces).toEqual([]);
    expect(stats()).toMatchObject({ started: 1, recorded: 0, sampledOut: 1 });
  });

  it.each<[title: string, keep: KeepOptions, work: () => unknown, reason: string | undefined]>([
    ['that failed', { errors: true }, () => attempt(() => fail('no')), 'error'],
    ['in which a tool failed and the agent went on', { errors: true }, rescue, 'error'],
    [
      'whose root failed, of whatever type',
      { errors: true },
      () => attempt(() => withSpan('a', () => raise('no'))),
      'error',
    ],
    ['in which a step of no type failed', { errors: true }, () => retry('UNKNOWN'), undefined],
    ['in which a step of a type failed', { errors: true }, () => retry('RETRIEVER'), 'error'],
    ['in which a step failed that was given a type later', { errors: true }, () => retry('UNKNOWN', 'TOOL'), 'error'],
    [
      'that went well',
      { errors: true, slowerThanMs: 10_000, moreTokensThan: 100, moreCostThan: 1 },
      () => ask(1),
      undefined,
    ],
    ['that were slow', { slowerThanMs: 15 }, () => wait(30), 'slow'],
    ['that took no time', { slowerThanMs: 5_000 }, () => wait(1), undefined],
    ['with many tokens', { moreTokensThan: 9 }, () => ask(9), 'tokens'],
    ['with not so many tokens', { moreTokensThan: 10 }, () => ask(9), undefined],
    ['without tokens', { moreTokensThan: 0 }, () => wait(0), undefined],
    ['that were expensive', { moreCostThan: 0.5 }, () => withSpan('a', () => [pay(0.3), pay(0.3)]), 'cost'],
    ['that were cheap', { moreCostThan: 0.6 }, () => withSpan('a', () => [pay(0.3), pay(0.3)]), undefined],
    [
      'whose cost cannot be read',
      { moreCostThan: 0 },
      () => withSpan({ name: 'a', attributes: { 'mlflow.llm.cost': '?' } }, () => 1),
      undefined,
    ],
    ['that somebody wants', { when: ({ info }) => info.name === 'ask' }, () => ask(1), 'when'],
    ['that nobody wants', { when: ({ info }) => info.name === 'ask' }, () => wait(0), undefined],
    [
      'by the first of several reasons',
      { moreTokensThan: 1, when: () => true, slowerThanMs: 5_000 },
      () => ask(9),
      'tokens',
    ],
  ])('are decided when they have ended: %s', async (_title, keep, work, reason) => {
    const memory = recordInMemory({ sampleRatio: 0, keep });

    await work();

    const kept = reason === undefined ? [] : [reason];
    expect(memory.traces.map(({ info }) => info.metadata['traced_agents.kept_for'])).toEqual(kept);
    expect(stats()).toMatchObject({ started: 1, recorded: kept.length, sampledOut: 1 - kept.length, open: 0 });
  });

  it('counts what an agent tells of the cost, and not what its steps tell, once more', () => {
    const memory = recordInMemory({ sampleRatio: 0, keep: { moreCostThan: 0.5 } });

    withSpan({ name: 'agent', attributes: { 'mlflow.llm.cost': { total_cost: 0.4 } } }, () =>
      withSpan('step', () => pay(0.4)),
    );

    expect(memory.traces).toEqual([]);
  });

  it('are kept whole, with all that was said of them', () => {
    const memory = recordInMemory({ sampleRatio: 0, keep: { errors: true } });

    traceAgent(
      (_question: string) => {
        updateCurrentTrace({ tags: { tenant: 'acme' }, metadata: { build: '7' } });
        ask(3);
        return rescue();
      },
      { name: 'agent' },
    )('Why?');

    const [trace] = memory.traces;
    expect(treeOf(trace)).toBe('agent[ask rescue[fail]]');
    expect(trace?.data.spans[0]?.inputs).toEqual({ _question: 'Why?' });
    expect(trace?.info.tags['tenant']).toBe('acme');
    expect(trace?.info.metadata).toMatchObject({ build: '7', 'traced_agents.kept_for': 'error' });
    expect(trace?.info.tokenUsage?.totalTokens).toBe(4);
  });

  it('are nowhere when they are left out', async () => {
    recordInMemory({ sampleRatio: 0, keep: { errors: true } });
    const last = getLastActiveTraceId();
    let id: string | undefined;

    withSpan('well', () => {
      id = getLastActiveTraceId();
    });

    expect(id).toMatch(/^tr-[0-9a-f]{32}$/);
    expect(await getTrace(id)).toBeUndefined();
    expect(await searchTraces()).toEqual([]);
    expect(getLastActiveTraceId()).toBe(last);
  });

  it('tell other processes that they are not sampled, though they are recorded', () => {
    recordInMemory({ sampleRatio: 0, keep: { errors: true } });

    const seen = withSpan('a', (span) => [span.isRecording(), api.getActiveSpan()?.spanContext().traceFlags]);

    expect(seen).toEqual([true, TraceFlags.NONE]);
  });

  it('are kept here for what is in them, where another process that began them had left them out', () => {
    const memory = recordInMemory({ sampleRatio: 1, keep: { errors: true } });
    const above = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE, isRemote: true };

    context.with(api.setSpanContext(context.active(), above), () => [ask(1), rescue()]);

    expect(memory.traces.map((trace) => [treeOf(trace), trace.info.metadata['traced_agents.kept_for']])).toEqual([
      ['rescue[fail]', 'error'],
    ]);
    expect(stats()).toMatchObject({ started: 2, sampledOut: 1 });
  });

  it('are decided by what is known when they leave before their end', async () => {
    const memory = recordInMemory({ sampleRatio: 0, keep: { slowerThanMs: 10 } });
    void wait(10_000);
    await later(30);

    await shutdown();

    expect(memory.traces.map(({ info }) => [info.state, info.metadata['traced_agents.kept_for']])).toEqual([
      ['IN_PROGRESS', 'slow'],
    ]);
  });
});

describe('traces that the ratio keeps', () => {
  it('are kept without a reason', () => {
    const memory = recordInMemory({ sampleRatio: 1, keep: { errors: true, when: () => raise('asked') } });

    rescue();

    expect(memory.traces[0]?.info.metadata).not.toHaveProperty('traced_agents.kept_for');
  });
});

describe("the callback 'keep.when'", () => {
  it.each<[title: string, when: () => unknown, told: string]>([
    ['throws', () => raise('no idea'), "The callback 'keep.when' failed, and its trace is kept: Error: no idea."],
    [
      'answers later',
      () => Promise.reject(new Error('later')),
      "The callback 'keep.when' failed, and its trace is kept: TypeError: it returned a promise, but must answer at once.",
    ],
  ])('keeps the trace where it %s, and tells', (_title, when, told) => {
    const errors: TracingError[] = [];
    const onError = (error: TracingError): void => void errors.push(error);
    const memory = recordInMemory({ sampleRatio: 0, keep: { when: when as () => boolean }, onError });

    ask(1);

    expect(memory.traces.length).toBe(1);
    expect(errors.map((error) => [error instanceof CallbackError, error.message])).toEqual([[true, told]]);
  });

  it('wants what it says is true, and nothing else', () => {
    const memory = recordInMemory({ sampleRatio: 0, keep: { when: (() => 'yes') as never } });

    ask(1);

    expect(memory.traces).toEqual([]);
  });

  it('sees the finished trace, makes no traces by what it calls, and finds the sum right', () => {
    const seen: Trace[] = [];
    const sums: number[] = [];
    const when = (trace: Trace): boolean => {
      seen.push(trace);
      ask(1);
      sums.push(startedMinusParts());
      return false;
    };
    recordInMemory({ sampleRatio: 0, keep: { when } });

    rescue();

    expect(seen.map(treeOf)).toEqual(['rescue[fail]']);
    expect(Object.isFrozen(seen[0])).toBe(true);
    expect(sums).toEqual([0]);
    expect(stats()).toMatchObject({ started: 1, sampledOut: 1 });
  });
});

describe('what is kept, by the environment', () => {
  it.each<[variable: string, value: string, work: () => unknown, reason: string]>([
    ['TRACED_AGENTS_KEEP_ERRORS', 'true', rescue, 'error'],
    ['TRACED_AGENTS_KEEP_SLOWER_THAN_MS', '5', () => wait(20), 'slow'],
    ['TRACED_AGENTS_KEEP_MORE_TOKENS_THAN', '5', () => ask(9), 'tokens'],
    ['TRACED_AGENTS_KEEP_MORE_COST_THAN', '0.5', () => pay(1), 'cost'],
  ])('%s', async (variable, value, work, reason) => {
    vi.stubEnv(variable, value);
    vi.stubEnv('TRACED_AGENTS_SAMPLE_RATIO', '0');
    const memory = recordInMemory();

    await work();

    expect(memory.traces.map(({ info }) => info.metadata['traced_agents.kept_for'])).toEqual([reason]);
  });
});

describe('the sum of all traces', () => {
  const works = {
    well: () => ask(1),
    costly: () => ask(50),
    failing: () => attempt(() => fail('no')),
    hanging: () => void wait(60_000),
    late: () => void traceAgent(() => void wait(60_000), { name: 'late' })(),
  };
  const keep = fc.record(
    {
      errors: fc.boolean(),
      slowerThanMs: fc.constantFrom(0, 3),
      moreTokensThan: fc.constantFrom(0, 10),
      when: fc.func(fc.boolean()),
    },
    { requiredKeys: [] },
  );
  const kinds = fc.array(fc.constantFrom(...(Object.keys(works) as (keyof typeof works)[])), { maxLength: 12 });

  it('is right at every moment, whatever is kept', async () => {
    const property = fc.asyncProperty(kinds, keep, fc.constantFrom(0, 0.5, 1), async (done, rules, sampleRatio) => {
      const memory = recordInMemory({ sampleRatio, keep: rules, maxOpenTraces: 3, lateSpanMs: 2 });
      const sums: number[] = [];

      for (const kind of done) {
        works[kind]();
        sums.push(startedMinusParts());
      }
      await shutdown();

      const ended = stats();
      expect(sums).toEqual(sums.map(() => 0));
      expect([startedMinusParts(), ended.open, ended.started]).toEqual([0, 0, done.length]);
      expect(memory.traces.length).toBe(ended.recorded);
    });

    await fc.assert(property, { numRuns: 100 });
  });
});

/** A step that fails below a root that goes on. */
function retry(type: string, laterType?: string): void {
  withSpan('root', () =>
    attempt(() =>
      withSpan({ name: 'step', type }, (span) => {
        if (laterType !== undefined) span.setAttribute('mlflow.spanType', laterType);
        raise('no');
      }),
    ),
  );
}

function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    // meant
  }
}

function raise(message: string): never {
  throw new Error(message);
}

function startedMinusParts(): number {
  const { started, recorded, sampledOut, dropped, open } = stats();
  return started - recorded - sampledOut - open - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

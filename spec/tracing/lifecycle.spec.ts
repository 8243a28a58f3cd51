import {
  disable,
  enable,
  flush,
  getTrace,
  InMemoryExporter,
  init,
  searchTraces,
  shutdown,
  stats,
  traceAgent,
  traceTool,
  updateCurrentTrace,
  withSession,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const echo = traceTool((value: unknown) => value, { name: 'echo' });

describe('the life of a trace', () => {
  it('waits for a child that outlives its root', async () => {
    const memory = recordInMemory({ lateSpanMs: 500 });
    const slow = traceTool(async () => later(20), { name: 'slow' });
    const root = traceAgent(() => void slow(), { name: 'root' });

    root();
    const atOnce = memory.traces.length;
    await flush();

    expect([atOnce, ...memory.traces.map(treeOf)]).toEqual([0, 'root[slow]']);
    expect(spanNamed(memory, 'slow').getAttribute('traced_agents.unfinished')).toBeUndefined();
  });

  it('leaves with the child marked unfinished when that takes too long', async () => {
    const memory = recordInMemory({ lateSpanMs: 10 });
    const never = traceTool(() => new Promise(() => undefined), { name: 'never' });
    const root = traceAgent(() => void never(), { name: 'root' });

    root();
    await flush();

    expect(memory.traces.map(treeOf)).toEqual(['root[never]']);
    expect(spanNamed(memory, 'never').getAttribute('traced_agents.unfinished')).toBe(true);
    expect(memory.traces[0]?.info.state).toBe('OK');
    expect(memory.traces[0]?.info.metadata).toEqual({ 'mlflow.trace_schema.version': '3' });
  });

  it('leaves as incomplete when its root never ends', async () => {
    const memory = recordInMemory({ traceTimeoutMs: 30 });
    const never = traceAgent(() => new Promise(() => undefined), { name: 'never' });

    void never();
    await later(120);

    expect(memory.traces.map((trace) => [treeOf(trace), trace.info.state])).toEqual([['never', 'IN_PROGRESS']]);
    expect(memory.traces[0]?.info.metadata).toEqual({
      'mlflow.trace_schema.version': '3',
      'traced_agents.incomplete': 'true',
    });
    expect(stats()).toMatchObject({ started: 1, recorded: 1, open: 0 });
  });

  it('leaves as incomplete at shutdown', async () => {
    const memory = recordInMemory();
    void traceAgent(() => new Promise(() => undefined), { name: 'never' })();

    await shutdown();

    expect(memory.traces.map((trace) => trace.info.state)).toEqual(['IN_PROGRESS']);
  });

  it('bounds the traces that are open at once: the oldest leaves', () => {
    const memory = recordInMemory({ maxOpenTraces: 2 });
    const never = traceAgent((_id: number) => new Promise(() => undefined), { name: 'never' });

    for (const id of [1, 2, 3]) void never(id);

    expect(memory.traces.map((trace) => trace.data.spans[0]?.inputs)).toEqual([{ _id: 1 }]);
    expect(stats()).toMatchObject({ started: 3, recorded: 1, open: 2 });
  });

  it('is continued by later calls of the agent: they carry its session and user, and a link to the span they are made in', async () => {
    const memory = recordInMemory({ traceTimeoutMs: 30 });
    const run = traceAgent(
      async () => {
        updateCurrentTrace({ user: 'u-2' });
        await later(120);
        echo(1);
      },
      { name: 'run' },
    );

    await withSession({ session: 'chat-7', user: 'u-1' }, run);

    const [left, next] = memory.traces;
    const [link] = next?.data.spans[0]?.links ?? [];
    expect(memory.traces.map(treeOf)).toEqual(['run', 'echo']);
    expect([next?.info.session, next?.info.user]).toEqual(['chat-7', 'u-2']);
    expect(link).toEqual({
      traceId: left?.info.traceId.slice('tr-'.length),
      spanId: left?.data.spans[0]?.spanId,
      attributes: {},
    });
  });

  it('is continued likewise after another init()', async () => {
    recordInMemory();
    const run = traceAgent(
      async () => {
        updateCurrentTrace({ session: 'chat-7' });
        await later();
        echo(1);
      },
      { name: 'run' },
    );

    const running = run();
    const memory = recordInMemory();
    await running;

    expect(memory.traces.map((trace) => [treeOf(trace), trace.info.session])).toEqual([['echo', 'chat-7']]);
    expect(spanNamed(memory, 'echo').links).toHaveLength(1);
  });

  it('gives way to a session that began in it', async () => {
    const memory = recordInMemory({ maxOpenTraces: 1 });
    const serve = traceAgent(
      () => {
        updateCurrentTrace({ session: 'start-up' });
        return withSession({ session: 'request-1' }, async () => {
          await later(5);
          echo(1);
        });
      },
      { name: 'serve' },
    );

    const serving = serve();
    void traceAgent(() => new Promise(() => undefined), { name: 'other' })();
    await serving;

    expect(memory.traces.map((trace) => [treeOf(trace), trace.info.session])).toEqual([
      ['serve', 'start-up'],
      ['other', undefined],
      ['echo', 'request-1'],
    ]);
  });

  it('is exported before the root call settles', async () => {
    const memory = recordInMemory();
    const run = traceAgent(async () => later(), { name: 'run' });

    const seen = await run().then(() => memory.traces.length);

    expect(seen).toBe(1);
  });
});

describe('the payload of a trace', () => {
  it('is bounded: past it values are cut, spans never', () => {
    const memory = recordInMemory({ maxTraceLength: 300 });
    const root = traceAgent(() => [1, 2, 3, 4].map((n) => echo(`${n}`.repeat(100))).length, { name: 'root' });

    root();

    const outputs = memory.traces[0]?.data.spans.map((span) => String(span.outputs).length) ?? [];
    expect(outputs.length).toBe(5);
    expect(outputs[1]).toBe(100);
    expect(JSON.stringify(memory.traces)).toContain('[cut, 100 characters]');
  });
});

describe('sampling', () => {
  it('keeps a share of the traces, whole ones, and counts the rest', () => {
    const memory = recordInMemory({ sampleRatio: 0.25 });
    const root = traceAgent((id: number) => echo(id), { name: 'root' });

    for (let id = 0; id < 2000; id += 1) root(id);

    expect(memory.traces.length).toBeGreaterThan(380);
    expect(memory.traces.length).toBeLessThan(620);
    expect(new Set(memory.traces.map(treeOf))).toEqual(new Set(['root[echo]']));
    expect(stats()).toMatchObject({
      started: 2000,
      recorded: memory.traces.length,
      sampledOut: 2000 - memory.traces.length,
      open: 0,
    });
  });
});

describe('disable and enable', () => {
  it('make calls bare and traced again', () => {
    const memory = recordInMemory();

    disable();
    echo(1);
    enable();
    echo(2);

    expect(memory.traces.map((trace) => trace.data.spans[0]?.outputs)).toEqual([2]);
  });

  it('finish what has begun', async () => {
    const memory = recordInMemory();
    const run = traceAgent(async () => later(), { name: 'run' });

    const running = run();
    disable();
    await running;

    expect(memory.traces.map(treeOf)).toEqual(['run']);
  });
});

describe('init', () => {
  it('replaces what an earlier call has set up', () => {
    const first = recordInMemory();
    echo(1);
    const second = new InMemoryExporter();

    init({ exporters: [second] });
    echo(2);

    expect([first.traces.length, second.traces.length]).toEqual([1, 1]);
  });

  it('records nothing after shutdown', async () => {
    const memory = recordInMemory();

    await shutdown();
    echo(1);
    enable();
    echo(2);

    expect(memory.traces).toEqual([]);
  });
});

describe('what is said of a trace', () => {
  it('stands in its info', () => {
    const memory = recordInMemory();
    const root = traceAgent(
      () => {
        echo(1);
        updateCurrentTrace({
          tags: { tenant: 'acme' },
          metadata: { build: '7' },
          session: 's-1',
          user: 'u-1',
          name: 'nightly',
        });
      },
      { name: 'root' },
    );

    root();

    const info = memory.traces[0]?.info;
    expect([info?.name, info?.session, info?.user, info?.tags, info?.metadata]).toEqual([
      'nightly',
      's-1',
      'u-1',
      { tenant: 'acme', 'mlflow.traceName': 'nightly' },
      { build: '7', 'mlflow.trace_schema.version': '3', 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' },
    ]);
  });

  it('leaves out what is undefined', () => {
    const memory = recordInMemory();
    const root = traceAgent(
      () => {
        updateCurrentTrace({ tags: { tenant: 'acme' }, metadata: { build: undefined } });
        updateCurrentTrace({ tags: { tenant: undefined, region: undefined } });
      },
      { name: 'root' },
    );

    root();

    const info = memory.traces[0]?.info;
    expect([info?.tags, info?.metadata]).toEqual([
      { tenant: 'acme', 'mlflow.traceName': 'root' },
      { 'mlflow.trace_schema.version': '3' },
    ]);
  });

  it('does no harm where it cannot be read', () => {
    const errors: string[] = [];
    recordInMemory({ onError: (error) => errors.push(error.message) });
    const root = traceAgent(() => updateCurrentTrace(undefined as never));

    root();

    expect(errors).toEqual([expect.stringContaining('reading what updateCurrentTrace() was given')]);
  });

  it('comes from the session it begins in', async () => {
    const memory = recordInMemory();

    await withSession({ session: 'outer', user: 'u' }, async () => {
      await later();
      echo(1);
      withSession({ session: 'inner' }, () => echo(2));
    });
    echo(3);

    expect(memory.traces.map(({ info }) => [info.session, info.user])).toEqual([
      ['outer', 'u'],
      ['inner', 'u'],
      [undefined, undefined],
    ]);
  });
});

describe('token usage of a trace', () => {
  it('counts a span only if none above it has usage, at any depth', () => {
    const memory = recordInMemory();
    const llm = (tokens: number) =>
      withSpan(
        { name: 'llm', type: 'LLM' },
        (span) => void span.setTokenUsage({ inputTokens: tokens, outputTokens: 1, cacheReadInputTokens: 2 }),
      );

    withSpan({ name: 'root', type: 'AGENT' }, () => {
      withSpan({ name: 'reports a total', type: 'AGENT' }, (span) => {
        withSpan({ name: 'step', type: 'CHAIN' }, () => llm(100));
        span.setTokenUsage({ inputTokens: 100, outputTokens: 1 });
      });
      llm(10);
      withSpan({ name: 'step', type: 'CHAIN' }, () => llm(5));
    });

    expect(memory.traces[0]?.info.tokenUsage).toEqual({
      inputTokens: 115,
      outputTokens: 3,
      totalTokens: 118,
      cacheReadInputTokens: 4,
    });
  });

  it('is undefined where nothing was reported', () => {
    const memory = recordInMemory();

    echo(1);

    expect(memory.traces[0]?.info.tokenUsage).toBeUndefined();
  });

  it('ignores counts that are no whole numbers', () => {
    const memory = recordInMemory();

    withSpan(
      { name: 'llm', type: 'LLM' },
      (span) => void span.setTokenUsage({ inputTokens: Number.NaN, outputTokens: -1, totalTokens: 1.5 }),
    );

    expect(spanNamed(memory, 'llm').tokenUsage).toBeUndefined();
  });
});

describe('reading traces', () => {
  it('finds recent ones in memory by id and by query, the newest first', async () => {
    const memory = recordInMemory();
    const fail = traceTool(
      () => {
        updateCurrentTrace({ tags: { kind: 'bad' } });
        throw new Error('no');
      },
      { name: 'fail' },
    );
    withSession({ session: 's' }, () => echo(1));
    expect(fail).toThrow('no');
    echo(2);
    const [first, second, third] = memory.traces;

    const found = await Promise.all([
      searchTraces(),
      searchTraces({ state: 'ERROR' }),
      searchTraces({ session: 's' }),
      searchTraces({ tags: { kind: 'bad' }, name: 'fail' }),
      searchTraces({ startedBefore: new Date(0) }),
      searchTraces({ limit: 1, startedAfter: new Date(0) }),
    ]);

    expect(found).toEqual([[third, second, first], [second], [first], [second], [], [third]]);
    expect(await getTrace(first?.info.traceId)).toBe(first);
    expect(await getTrace(undefined)).toBeUndefined();
    expect(await getTrace('tr-00000000000000000000000000000000')).toBeUndefined();
  });

  it('holds no more than it is told to', async () => {
    init({ exporters: [], maxRecentTraces: 2 });

    for (const value of [1, 2, 3]) echo(value);

    expect((await searchTraces()).map((trace) => trace.data.spans[0]?.outputs)).toEqual([3, 2]);
  });
});

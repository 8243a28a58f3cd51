import { trace as otel } from '@opentelemetry/api';
import fc from 'fast-check';
import {
  flush,
  getCurrentSpan,
  getLastActiveTraceId,
  getTrace,
  init,
  type Trace,
  type TraceExporter,
  traceAgent,
  traceLLM,
  traceToLine,
  traceTool,
  updateCurrentTrace,
} from 'traced-agents';
import { describe, expect, it } from 'vitest';

describe('the line of a trace that was just recorded', () => {
  it('is that of its entity, to the letter, whatever the spans hold', async () => {
    await fc.assert(
      fc.asyncProperty(anyWork, async (work) => {
        const { lines, traces } = recordBoth();

        await asAgent(work).catch(() => undefined);
        await flush();

        expect(lines).toEqual(traces.map(traceToLine));
        expect(lines.length).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    'mlflow.spanType',
    'mlflow.spanInputs',
    'mlflow.spanFunctionName',
    'mlflow.message.format',
    'mlflow.llm.model',
    'mlflow.traceRequestId',
    'traced_agents.unfinished',
  ])('has the last word on %s', async (key) => {
    const { lines, traces } = recordBoth();

    await traceLLM(async () => getCurrentSpan().setAttribute(key, 'said anew'), { name: 'llm', model: 'gpt-5' })();

    expect(lines).toEqual(traces.map(traceToLine));
    expect(traces[0]?.data.spans[0]?.getAttribute(key)).toBe('said anew');
  });

  it('tells of spans that never ended', async () => {
    const { lines, traces } = recordBoth({ lateSpanMs: 1 });

    await traceAgent(async () => void otel.getTracer('other').startSpan('open').setAttribute('step', 1), {
      name: 'agent',
    })();
    await flush();

    expect(lines).toEqual(traces.map(traceToLine));
    expect(lines[0]).toContain('"traced_agents.unfinished":"true"');
  });

  it('is that of the entity that is made later, also where a stream fails after the end of its span', async () => {
    const lines: string[] = [];
    const inLines: TraceExporter = {
      name: 'lines',
      delivery: 'inline',
      export() {},
      exportLines: ([line = '']) => void lines.push(line),
    };
    init({ exporters: [inLines] });
    const stream = traceLLM(
      async function* () {
        yield { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } };
        getCurrentSpan().end();
        throw new Error('cut');
      },
      { name: 'llm' },
    );

    await expect(readOut(stream())).rejects.toThrow('cut');
    const trace = await getTrace(getLastActiveTraceId());

    expect(lines).toEqual([trace].map((made) => made && traceToLine(made)));
  });
});

async function readOut(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of stream);
}

/** Two exporters: one is given lines, one traces. */
function recordBoth(options: { readonly lateSpanMs?: number } = {}): {
  readonly lines: readonly string[];
  readonly traces: readonly Trace[];
} {
  const lines: string[] = [];
  const traces: Trace[] = [];
  const inLines: TraceExporter = {
    name: 'lines',
    delivery: 'inline',
    export: () => expect.fail('asked for entities'),
    exportLines: (written) => void lines.push(...written),
  };
  const inTraces: TraceExporter = {
    name: 'traces',
    delivery: 'inline',
    export: (finished) => void traces.push(...finished),
  };
  init({ exporters: [inLines, inTraces], ...options });
  return { lines, traces };
}

/** What a call does while it is traced. */
interface Work {
  readonly kind: 'llm' | 'tool';
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly event: string | undefined;
  readonly linksTo: string | undefined;
  readonly fails: boolean;
  readonly tokens: number | undefined;
  readonly model: string | undefined;
}

/** Those that are whole numbers stand elsewhere in an object: JSON knows no order. */
const isNoIndex = (key: string): boolean => !/^\d+$/.test(key);

const anyKey = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).filter(isNoIndex),
  fc.constantFrom('mlflow.spanType', 'mlflow.spanOutputs', 'mlflow.llm.model', 'gen_ai.agent.name', '__proto__'),
);

const anyCall: fc.Arbitrary<Work> = fc.record({
  kind: fc.constantFrom('llm', 'tool'),
  name: fc.string({ unit: 'binary', maxLength: 50 }),
  input: fc.jsonValue(),
  output: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
  attributes: fc.dictionary(anyKey, fc.jsonValue(), { maxKeys: 4 }),
  event: fc.option(fc.string(), { nil: undefined }),
  linksTo: fc.option(fc.constant('b'.repeat(16)), { nil: undefined }),
  fails: fc.boolean(),
  tokens: fc.option(fc.nat(), { nil: undefined }),
  model: fc.option(fc.constantFrom('gpt-5', 'a "quoted" model'), { nil: undefined }),
});

const anyWork = fc.record({
  calls: fc.array(anyCall, { maxLength: 4 }),
  session: fc.option(fc.string(), { nil: undefined }),
  input: fc.jsonValue(),
});

type AgentWork = typeof anyWork extends fc.Arbitrary<infer Value> ? Value : never;

async function asAgent({ calls, session, input }: AgentWork): Promise<unknown> {
  const agent = traceAgent(
    async (_asked: unknown) => {
      if (session !== undefined) updateCurrentTrace({ session, tags: { kind: session } });
      for (const call of calls) await asCall(call);
      return input;
    },
    { name: 'agent' },
  );
  return agent(input);
}

async function asCall(work: Work): Promise<unknown> {
  const act = async (_input: unknown): Promise<unknown> => {
    const span = getCurrentSpan();
    span.setAttributes(work.attributes as never);
    if (work.event !== undefined) span.addEvent(work.event, { note: work.event });
    if (work.linksTo !== undefined)
      span.addLink({ context: { traceId: 'a'.repeat(32), spanId: work.linksTo, traceFlags: 1 } });
    if (work.tokens !== undefined)
      span.setTokenUsage({ inputTokens: work.tokens, outputTokens: 1, reasoningTokens: 1 });
    if (work.fails) throw new RangeError(`it failed: ${work.name}`);
    return work.output;
  };
  const model = work.model === undefined ? {} : { model: work.model };
  return work.kind === 'llm'
    ? traceLLM(act, { name: work.name, ...model })(work.input)
    : traceTool(act, { name: work.name })(work.input);
}

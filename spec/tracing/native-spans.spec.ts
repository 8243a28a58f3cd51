import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { getCurrentSpan, shutdown, traceAgent, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const tracer = trace.getTracer('some-library');
const tool = traceTool(() => 1, { name: 'tool' });

describe("spans of other libraries, made by OpenTelemetry's API", () => {
  it('join the tree, and decorated calls nest under them', async () => {
    const memory = recordInMemory();
    const run = traceAgent(
      async () => {
        await later();
        return tracer.startActiveSpan(
          'GET /',
          { kind: SpanKind.CLIENT, attributes: { 'http.method': 'GET' } },
          async (span) => {
            await later();
            tool();
            span.end();
          },
        );
      },
      { name: 'root' },
    );

    await run();

    expect(memory.traces.map(treeOf)).toEqual(['root[GET /[tool]]']);
    expect(spanNamed(memory, 'GET /').getAttribute('http.method')).toBe('GET');
  });

  it('see the decorated call as their parent through the API', () => {
    recordInMemory();
    const seen: unknown[] = [];

    traceAgent(() => seen.push(trace.getActiveSpan(), trace.getSpan(context.active()), getCurrentSpan()), {
      name: 'root',
    })();

    expect(seen[0]).toBe(seen[2]);
    expect(seen[1]).toBe(seen[2]);
  });

  it('nest by explicit context, and stand alone when they ask for it', () => {
    const memory = recordInMemory();

    const parent = tracer.startSpan('parent');
    context.with(trace.setSpan(context.active(), parent), () => {
      tracer.startSpan('child').end();
      tracer.startSpan('loner', { root: true }).end();
    });
    parent.end();

    expect(memory.traces.map(treeOf).sort()).toEqual(['loner', 'parent[child]']);
  });

  it('have all of the API: attributes, events, links, status, exceptions, names, times', () => {
    const memory = recordInMemory();
    const other = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const start = Date.now();

    const span = tracer.startSpan('before', {
      startTime: start,
      links: [{ context: other, attributes: { kind: 'cause' } }],
    });
    span
      .setAttribute('text', 'a')
      .setAttributes({ number: 1.5, list: ['x', 'y'], flag: true, nothing: undefined })
      .addEvent('bare')
      .addEvent('full', { step: 2 }, start + 5)
      .addLink({ context: other })
      .updateName('after')
      .setStatus({ code: SpanStatusCode.ERROR, message: 'bad' });
    span.recordException(new TypeError('boom'), start + 6);
    span.end(start + 10);
    span.setAttribute('late', true).updateName('too late');

    const recorded = spanNamed(memory, 'after');
    expect({
      text: recorded.getAttribute('text'),
      number: recorded.getAttribute('number'),
      list: recorded.getAttribute('list'),
      flag: recorded.getAttribute('flag'),
      late: recorded.getAttribute('late'),
      status: recorded.status,
      events: recorded.events.map((event) => event.name),
      step: recorded.events[1]?.attributes,
      links: recorded.links,
      ms: Number(recorded.endTimeNs - recorded.startTimeNs) / 1e6,
      isRecording: span.isRecording(),
    }).toEqual({
      text: 'a',
      number: 1.5,
      list: ['x', 'y'],
      flag: true,
      late: undefined,
      status: { code: 'ERROR', message: 'bad' },
      events: ['bare', 'full', 'exception'],
      step: { step: 2 },
      links: [
        { traceId: other.traceId, spanId: other.spanId, attributes: { kind: 'cause' } },
        { traceId: other.traceId, spanId: other.spanId, attributes: {} },
      ],
      ms: expect.closeTo(10, 1),
      isRecording: false,
    });
  });

  it('keep OK once it is said, and never go back to UNSET', () => {
    const memory = recordInMemory();

    const span = tracer.startSpan('ok');
    span.setStatus({ code: SpanStatusCode.OK }).setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end();

    expect(spanNamed(memory, 'ok').status).toEqual({ code: 'OK', message: '' });
  });

  it('take their type from the GenAI conventions', () => {
    const memory = recordInMemory();

    tracer.startSpan('chat gpt', { attributes: { 'gen_ai.operation.name': 'chat' } }).end();
    tracer.startSpan('other').end();

    expect([spanNamed(memory, 'chat gpt').type, spanNamed(memory, 'other').type]).toEqual(['CHAT_MODEL', 'UNKNOWN']);
  });

  it('bring their token usage into the sum, by either convention', () => {
    const memory = recordInMemory();

    traceAgent(
      () => {
        const genAi = {
          'gen_ai.operation.name': 'chat',
          'gen_ai.usage.input_tokens': 5,
          'gen_ai.usage.output_tokens': 3,
        };
        tracer.startSpan('genai', { attributes: genAi }).end();
        const openInference = {
          'llm.token_count.prompt': 10,
          'llm.token_count.completion': 1,
          'llm.token_count.total': 11,
        };
        tracer.startSpan('openinference').setAttributes(openInference).end();
      },
      { name: 'root' },
    )();

    expect(spanNamed(memory, 'genai').tokenUsage).toEqual({ inputTokens: 5, outputTokens: 3, totalTokens: 8 });
    expect(memory.traces[0]?.info.tokenUsage).toEqual({ inputTokens: 15, outputTokens: 4, totalTokens: 19 });
  });

  it('continue the trace of another process', () => {
    const memory = recordInMemory();
    const remote = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      isRemote: true,
    };

    context.with(trace.setSpanContext(context.active(), remote), () => tool());

    expect(memory.traces.map(({ info, data }) => [info.traceId, data.spans[0]?.parentId])).toEqual([
      ['tr-0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'],
    ]);
  });

  it('stay out with global: false', () => {
    const memory = recordInMemory({ global: false });

    traceAgent(() => tracer.startActiveSpan('library', (span) => (tool(), span.end())), { name: 'root' })();

    expect(memory.traces.map(treeOf)).toEqual(['root[tool]']);
  });

  it('record nothing after shutdown, and leave the API to others', async () => {
    recordInMemory();

    await shutdown();

    expect(tracer.startSpan('x').isRecording()).toBe(false);
    expect(
      context.setGlobalContextManager(
        new (class {
          active = () => {
            throw new Error('unused');
          };
          with = () => undefined as never;
          bind = <T>(_: unknown, target: T) => target;
          enable() {
            return this;
          }
          disable() {
            return this;
          }
        })() as never,
      ),
    ).toBe(true);
    context.disable();
  });
});

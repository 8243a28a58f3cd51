import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { getCurrentSpan, shutdown, traceAgent, traceTool } from 'traced-agents';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, treeOf } from '../support/recording.js';

const theirs = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(theirs)] });
provider.register();
const tracer = trace.getTracer('the app');
const tool = traceTool(() => 1, { name: 'tool' });

afterEach(async () => {
  await shutdown();
  theirs.reset();
});

afterAll(async () => {
  await provider.shutdown();
});

describe("beside a user's own OpenTelemetry SDK", () => {
  it('traces nest by the context that is there, and their spans are left alone', async () => {
    const memory = recordInMemory();
    const run = traceAgent(
      async () => {
        await later();
        return tracer.startActiveSpan('theirs', async (span) => {
          await later();
          tool();
          span.end();
        });
      },
      { name: 'root' },
    );

    await run();

    expect(memory.traces.map(treeOf)).toEqual(['root[tool]']);
    expect(theirs.getFinishedSpans().map((span) => span.name)).toEqual(['theirs']);
  });

  it('traces take over the id of the trace around them', () => {
    const memory = recordInMemory();

    const traceId = tracer.startActiveSpan('request', (span) => {
      tool();
      span.end();
      return span.spanContext().traceId;
    });

    expect(memory.traces.map(({ info, data }) => [info.traceId, data.spans[0]?.parentId])).toEqual([
      [`tr-${traceId}`, undefined],
    ]);
  });

  it('their current span stays theirs, and ours is ours', () => {
    recordInMemory();
    const seen = tracer.startActiveSpan('theirs', (span) =>
      traceTool(() => [trace.getActiveSpan() === span, getCurrentSpan().isRecording()])(),
    );

    expect(seen).toEqual([true, true]);
  });

  it('our shutdown leaves their globals registered', async () => {
    recordInMemory();

    await shutdown();

    expect(tracer.startSpan('still').isRecording()).toBe(true);
    context.with(context.active().setValue(Symbol.for('probe'), 1), () => {
      expect(context.active().getValue(Symbol.for('probe'))).toBe(1);
    });
  });
});

import { trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { shutdown, traceTool } from 'traced-agents';
import { afterAll, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

const provider = new NodeTracerProvider();

afterAll(async () => {
  await shutdown();
  await provider.shutdown();
});

describe("a user's own OpenTelemetry SDK that is set up after init({ global: false })", () => {
  it('gives its trace ids, too', () => {
    const tool = traceTool(() => 1, { name: 'tool' });
    const memory = recordInMemory({ global: false });
    provider.register();

    const traceId = trace.getTracer('the app').startActiveSpan('request', (span) => {
      tool();
      span.end();
      return span.spanContext().traceId;
    });

    expect(memory.traces.map(({ info, data }) => [info.traceId, data.spans[0]?.parentId])).toEqual([
      [`tr-${traceId}`, undefined],
    ]);
  });
});

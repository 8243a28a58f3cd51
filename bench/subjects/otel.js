import { trace } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { countingExporter } from './counting-exporter.js';

/* OpenTelemetry's SDK by itself: a bare span for each call, without inputs and outputs. */
export async function setUp() {
  const exporter = countingExporter();
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000 })],
  });
  provider.register();
  return { ...wrappers(), flush: async () => (await provider.forceFlush(), exporter.count) };
}

export const bare = async () => ({ ...wrappers(), flush: async () => 0 });

function wrappers() {
  const tracer = trace.getTracer('bench');
  const wrap =
    (name, fn) =>
    (...args) =>
      tracer.startActiveSpan(name, (span) => {
        const result = fn(...args);
        if (!(result instanceof Promise)) {
          span.end();
          return result;
        }
        return result.then((value) => {
          span.end();
          return value;
        });
      });
  return { agent: wrap, llm: wrap, tool: wrap };
}

/* OpenTelemetry's SDK by itself: a bare span for each call, without input and output, and an exporter that counts. */
import { trace } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { sinkExporter } from './sink-exporter.js';

export const lacks = ['stream'];

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink) {
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(sinkExporter(sink))] });
  provider.register();
  return { flush: () => provider.forceFlush() };
}

export function wrappers() {
  const tracer = trace.getTracer('bench');
  const wrap = (name, fn) =>
    function (...args) {
      return tracer.startActiveSpan(name, (span) => {
        const result = fn.apply(this, args);
        if (result instanceof Promise) return result.then((value) => finish(span, value));
        return finish(span, result);
      });
    };
  return { agent: wrap, llm: wrap, tool: wrap };
}

function finish(span, value) {
  span.end();
  return value;
}

import { LangfuseSpanProcessor } from '@langfuse/otel';
import { observe } from '@langfuse/tracing';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { sinkExporter } from './sink-exporter.js';

export const lacks = ['stream'];

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink) {
  const exporter = sinkExporter(sink, (spans) => JsonTraceSerializer.serializeRequest(spans));
  const processor = new LangfuseSpanProcessor({
    exporter,
    publicKey: 'none',
    secretKey: 'none',
    baseUrl: 'http://127.0.0.1:9',
  });
  new NodeTracerProvider({ spanProcessors: [processor] }).register();
  return { flush: () => processor.forceFlush() };
}

export function wrappers() {
  const as = (asType) => (name, fn) => observe(fn, { name, asType });
  return { agent: as('agent'), llm: as('generation'), tool: as('tool') };
}

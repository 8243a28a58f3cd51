import { LangfuseSpanProcessor } from '@langfuse/otel';
import { observe } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { countingExporter } from './counting-exporter.js';

export async function setUp() {
  const exporter = countingExporter();
  const processor = new LangfuseSpanProcessor({
    exporter,
    publicKey: 'pk',
    secretKey: 'sk',
    baseUrl: 'http://127.0.0.1:9',
  });
  new NodeTracerProvider({ spanProcessors: [processor] }).register();
  return { ...wrappers(), flush: async () => (await processor.forceFlush(), exporter.count) };
}

export const bare = async () => ({ ...wrappers(), flush: async () => 0 });

function wrappers() {
  const as = (asType) => (name, fn) => observe(fn, { name, asType });
  return { agent: as('agent'), llm: as('generation'), tool: as('tool') };
}

import { withSpan } from '@arizeai/openinference-core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { sinkExporter } from './sink-exporter.js';

export const lacks = ['stream'];

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink) {
  const exporter = sinkExporter(sink, (spans) => JsonTraceSerializer.serializeRequest(spans));
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  return { flush: () => provider.forceFlush() };
}

export function wrappers() {
  const as = (kind) => (name, fn) => withSpan(fn, { name, kind });
  return { agent: as('AGENT'), llm: as('LLM'), tool: as('TOOL') };
}

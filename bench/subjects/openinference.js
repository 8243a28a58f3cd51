import { traceAgent, traceTool, withSpan } from '@arizeai/openinference-core';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { countingExporter } from './counting-exporter.js';

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
  return {
    agent: (name, fn) => traceAgent(fn, { name }),
    llm: (name, fn) => withSpan(fn, { name, kind: 'LLM' }),
    tool: (name, fn) => traceTool(fn, { name }),
  };
}

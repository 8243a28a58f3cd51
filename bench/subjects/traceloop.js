import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import * as traceloop from '@traceloop/node-server-sdk';
import { sinkExporter } from './sink-exporter.js';

// It makes every function asynchronous.
export const lacks = ['sync', 'stream'];

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink) {
  traceloop.initialize({
    appName: 'bench',
    apiKey: 'none',
    exporter: sinkExporter(sink, (spans) => JsonTraceSerializer.serializeRequest(spans)),
    disableBatch: false,
    silenceInitializationMessage: true,
    traceloopSyncEnabled: false,
    instrumentModules: {},
  });
  return { flush: () => traceloop.forceFlush() };
}

export function wrappers() {
  const by =
    (wrap) =>
    (name, fn) =>
    (...args) =>
      wrap({ name }, fn, ...args);
  return { agent: by(traceloop.withAgent), llm: by(traceloop.withTask), tool: by(traceloop.withTool) };
}

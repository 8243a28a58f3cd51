import * as traceloop from '@traceloop/node-server-sdk';
import { countingExporter } from './counting-exporter.js';

export async function setUp() {
  const exporter = countingExporter();
  traceloop.initialize({
    appName: 'bench',
    apiKey: 'none',
    exporter,
    disableBatch: false,
    silenceInitializationMessage: true,
    traceloopSyncEnabled: false,
    instrumentModules: {},
  });
  return { ...wrappers(), flush: async () => (await traceloop.forceFlush(), exporter.count) };
}

export const bare = async () => ({ ...wrappers(), flush: async () => 0 });

/* It makes every function asynchronous, so that it has no `sync` row. */
function wrappers() {
  return {
    agent:
      (name, fn) =>
      (...args) =>
        traceloop.withAgent({ name }, fn, ...args),
    llm:
      (name, fn) =>
      (...args) =>
        traceloop.withTask({ name }, fn, ...args),
    tool:
      (name, fn) =>
      (...args) =>
        traceloop.withTool({ name }, fn, ...args),
  };
}

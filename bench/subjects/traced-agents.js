/*
 * The package as it is built, with its defaults (redaction on, joined with OpenTelemetry) and an exporter of the bench: queued
 * unless told otherwise, as those of the other subjects are.
 */
import { flush, init, traceAgent, traceLLM, traceToLine, traceTool } from '../../dist/bundle/index.js';

export const exportsTraces = true;

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink, { delivery = 'queued' } = {}) {
  const exporter = {
    name: 'bench',
    delivery,
    export: (traces) => exporter.exportLines(traces.map(traceToLine)),
    exportLines: (lines) => sink.take(lines, bytesOf),
  };
  init({ exporters: [exporter] });
  return { flush };
}

export function wrappers() {
  return {
    agent: (name, fn) => traceAgent(fn, { name }),
    llm: (name, fn) => traceLLM(fn, { name }),
    tool: (name, fn) => traceTool(fn, { name }),
    stream: (name, fn) => traceLLM(fn, { name }),
  };
}

function bytesOf(lines) {
  return Buffer.from([...lines].join('\n'));
}

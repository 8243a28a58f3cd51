/* The limit with OTLP's JSON at the exporter: the payload is JSON inside JSON, so it is encoded twice. */
import { setUp as setUpLimit } from './limit.js';

export { wrappers } from './limit.js';

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink) {
  return setUpLimit(sink, otlpOf);
}

function otlpOf(spans) {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'bench' } }] };
  const scopeSpans = [{ scope: { name: 'bench' }, spans: spans.map(toOtlp) }];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }));
}

function toOtlp({ name, id, traceId, parentId, start, end, inputs, outputs }) {
  return {
    traceId: traceId.padStart(32, '0'),
    spanId: id,
    parentSpanId: parentId,
    name,
    kind: 1,
    startTimeUnixNano: String(Math.round((performance.timeOrigin + start) * 1e6)),
    endTimeUnixNano: String(Math.round((performance.timeOrigin + end) * 1e6)),
    attributes: [
      { key: 'input.value', value: { stringValue: inputs } },
      { key: 'output.value', value: { stringValue: outputs } },
    ],
    status: { code: 1 },
  };
}

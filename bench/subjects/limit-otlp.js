import { limit } from './limit.js';

export const setUp = async () =>
  limit((spans) =>
    Buffer.byteLength(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: spans.map(toOtlp) }] }] })),
  );
export { bare } from './limit.js';

function toOtlp({ name, traceId, parentId, id, start, end, inputs, outputs }) {
  return {
    traceId,
    spanId: id,
    parentSpanId: parentId,
    name,
    kind: 1,
    startTimeUnixNano: String(Math.round(start * 1e6)),
    endTimeUnixNano: String(Math.round(end * 1e6)),
    attributes: [
      { key: 'input.value', value: { stringValue: inputs } },
      { key: 'output.value', value: { stringValue: outputs } },
    ],
    status: { code: 1 },
  };
}

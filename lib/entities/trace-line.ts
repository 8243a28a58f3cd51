import { hexToBase64 } from '../utils/base64-id.js';
import type { Span } from './span.js';
import type { SpanEvent } from './span-event.js';
import type { Trace } from './trace.js';
import type { TraceInfo } from './trace-info.js';

/**
 * The trace as one line of JSON, without a line break: what `trace.toJSON()` says, with nanoseconds as bare integers.
 * Written directly, since it lies on the path of every finished trace; a spec proves that both agree.
 *
 * @example
 * ```ts
 * const line = traceToLine(trace);
 * Trace.fromJSON(line); // equals trace
 * ```
 */
export function traceToLine(trace: Trace): string {
  const traceId = hexToBase64(trace.info.traceId.slice(3));
  let spans = '';
  for (const span of trace.data.spans) {
    if (spans !== '') spans += ',';
    // Nearly always the trace's own id; then it is converted once.
    spans += spanToJson(span, span.traceId === trace.info.traceId ? traceId : hexToBase64(span.traceId.slice(3)));
  }
  return `{"info":${infoToJson(trace.info)},"data":{"spans":[${spans}]}}`;
}

function infoToJson(info: TraceInfo): string {
  return JSON.stringify({
    trace_id: info.traceId,
    state: info.state,
    request_time: info.requestTime.toISOString(),
    execution_duration_ms: info.executionDurationMs,
    request_preview: info.requestPreview,
    response_preview: info.responsePreview,
    tags: info.tags,
    trace_metadata: info.metadata,
    trace_location: info.location,
  });
}

function spanToJson(span: Span, traceId: string): string {
  const parent = span.parentId === undefined ? 'null' : `"${hexToBase64(span.parentId)}"`;
  const { status } = span;
  return (
    `{"trace_id":"${traceId}","span_id":"${hexToBase64(span.spanId)}","parent_span_id":${parent},` +
    `"name":${JSON.stringify(span.name)},` +
    `"start_time_unix_nano":${span.startTimeNs},"end_time_unix_nano":${span.endTimeNs},` +
    `"status":{"code":"STATUS_CODE_${status.code}","message":${JSON.stringify(status.message)}},` +
    `"events":${eventsToJson(span.events)},"links":${linksToJson(span)},` +
    `"attributes":${attributesToJson(span)}}`
  );
}

function attributesToJson(span: Span): string {
  let json = '';
  const texts = span.attributeTexts;
  for (const key of Object.keys(texts)) {
    json += `${json === '' ? '{' : ','}${quoteKey(key)}:${JSON.stringify(texts[key])}`;
  }
  return json === '' ? '{}' : `${json}}`;
}

function eventsToJson(events: readonly SpanEvent[]): string {
  if (events.length === 0) return '[]';
  const texts = events.map(
    ({ name, timeNs, attributes }) =>
      `{"name":${JSON.stringify(name)},"time_unix_nano":${timeNs},"attributes":${JSON.stringify(attributes)}}`,
  );
  return `[${texts.join(',')}]`;
}

function linksToJson({ links }: Span): string {
  if (links.length === 0) return '[]';
  return JSON.stringify(
    links.map((link) => ({ trace_id: link.traceId, span_id: link.spanId, attributes: link.attributes })),
  );
}

const quotedKeys = new Map<string, string>();
const maxQuotedKeys = 1000;

/** The same few keys stand in every span: each is quoted once. */
function quoteKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = JSON.stringify(key);
  if (quotedKeys.size < maxQuotedKeys) quotedKeys.set(key, quoted);
  return quoted;
}

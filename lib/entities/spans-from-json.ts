import { idToHex } from '../utils/base64-id.js';
import { frozenCopy } from '../utils/deep-freeze.js';
import { isRecord, recordOf } from '../utils/records.js';
import { textsFromJson } from './from-json.js';
import { noEntries, Span, type SpanLink } from './span.js';
import { SpanEvent } from './span-event.js';
import type { SpanStatus } from './span-status.js';

/** A span in MLflow's trace JSON, which has an id. */
type SpanJson = Readonly<Record<string, unknown>>;

/**
 * The spans of MLflow's trace JSON, frozen. Read directly: they are the bulk of each trace that comes back from a file, and
 * class-transformer takes several times as long for them. Throws what is no whole number where nanoseconds ought to be.
 */
export function spansFromJson(json: unknown): readonly Span[] {
  return (json as readonly SpanJson[]).map(spanFromJson); // has been checked
}

function spanFromJson(json: SpanJson): Span {
  const { start_time_unix_nano: start, end_time_unix_nano: end, parent_span_id: parent, name } = json;
  const span = new Span({
    traceId: `tr-${idToHex(String(json['trace_id']), 16) ?? ''}`,
    spanId: idToHex(String(json['span_id']), 8) as string, // has been checked
    parentId: parent ? idToHex(String(parent), 8) : undefined,
    name: String(name ?? ''),
    startTimeNs: digitsOf(start),
    endTimeNs: digitsOf(end ?? start),
    status: statusFromJson(json['status']),
    events: eventsFromJson(json['events']),
    links: linksFromJson(json['links']),
    attributeTexts: textsFromJson(json['attributes']),
  });
  Object.freeze(span);
  return span;
}

/** A whole number: its digits, if it is in its usual form. */
function digitsOf(json: unknown): bigint | `${bigint}` {
  return typeof json === 'string' && usualDigits.test(json) ? (json as `${bigint}`) : nanoseconds(json); // as was tested
}

const usualDigits = /^[1-9]\d{0,30}$/;

function nanoseconds(json: unknown): bigint {
  return BigInt((json as string | undefined) ?? 0);
}

function statusFromJson(json: unknown): SpanStatus {
  const { code: wireName, message } = recordOf(json);
  const name = String(wireName).replace('STATUS_CODE_', '');
  const code = name === 'OK' || name === 'ERROR' ? name : 'UNSET';
  return Object.freeze({ code, message: typeof message === 'string' ? message : '' });
}

function eventsFromJson(json: unknown): readonly SpanEvent[] {
  if (!Array.isArray(json) || json.length === 0) return noEntries;
  return Object.freeze(json.filter(isRecord).map(eventFromJson));
}

function eventFromJson({ name, time_unix_nano: time, attributes }: Readonly<Record<string, unknown>>): SpanEvent {
  const own = frozenCopy(isRecord(attributes) ? attributes : {}) as SpanEvent['attributes']; // whatever JSON holds
  return Object.freeze(new SpanEvent(String(name ?? ''), nanoseconds(time), own));
}

function linksFromJson(json: unknown): readonly SpanLink[] {
  if (!Array.isArray(json) || json.length === 0) return noEntries;
  return Object.freeze(json.filter(isRecord).map(linkFromJson));
}

function linkFromJson(link: Readonly<Record<string, unknown>>): SpanLink {
  return Object.freeze({
    traceId: String(link['trace_id'] ?? ''),
    spanId: String(link['span_id'] ?? ''),
    attributes: frozenCopy(link['attributes'] ?? {}) as SpanLink['attributes'], // whatever JSON holds
  });
}

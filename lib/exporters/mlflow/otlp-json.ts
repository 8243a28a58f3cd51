import { TraceKey } from '../../entities/attributes.js';
import type { Span, SpanLink } from '../../entities/span.js';
import type { SpanEvent } from '../../entities/span-event.js';
import type { Trace } from '../../entities/trace.js';
import { attributeValue, tagPrefix } from './attribute-writers.js';
import { attribute, flatAttributes, quoted, stringValue } from './otlp-values.js';
import { sentTags } from './sent-tags.js';
import { storableMetadata } from './storable.js';

const statusCodes = { UNSET: 0, OK: 1, ERROR: 2 } as const;

/** Keys under which the root of a trace carries what belongs to the trace. */
const sessionKey = 'session.id';
const userKey = 'user.id';

/** Whether an attribute of a root carries something of its trace. */
export function isCarrier(key: string): boolean {
  return key.startsWith(tagPrefix) || key === sessionKey || key === userKey;
}

/**
 * Traces as the body of one request to `/v1/traces`, OTLP in JSON. Inputs, outputs and all that has a structure go as the JSON texts
 * that they are: the server stores an object, a list and a quoted text as what they mean, so that all comes back as it was.
 */
export function otlpJson(traces: readonly Trace[]): string {
  // Concatenation alone copies nothing until all of it is there.
  let spans = '';
  for (const trace of traces) for (const span of trace.data.spans) spans = listed(spans, spanJson(span, trace));
  return `{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"traced-agents"},"spans":[${spans}]}]}]}`;
}

function spanJson(span: Span, trace: Trace): string {
  const { spanId, parentId, name, startTimeNs, endTimeNs, status, events, links } = span;
  const start = storableTime(startTimeNs);
  const end = endTimeNs > startTimeNs ? storableTime(endTimeNs) : start;
  const knownLinks = links.filter(isLink);
  const attributes = attributesOf(span);
  return (
    `{"traceId":"${span.traceId.slice(3)}","spanId":"${spanId}",` +
    (parentId === undefined ? '' : `"parentSpanId":"${parentId}",`) +
    `"name":${quoted(name)},"kind":1,"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}",` +
    `"attributes":[${parentId === undefined ? listed(attributes, traceAttributes(trace)) : attributes}],` +
    (events.length === 0 ? '' : `"events":[${events.map(eventJson).join(',')}],`) +
    (knownLinks.length === 0 ? '' : `"links":[${knownLinks.map(linkJson).join(',')}],`) +
    `"status":{"code":${statusCodes[status.code]},"message":${quoted(status.message)}}}`
  );
}

function attributesOf({ attributeTexts }: Span): string {
  let attributes = '';
  for (const key of Object.keys(attributeTexts)) {
    const value = attributeValue(key, attributeTexts[key] as string); // a key of its own
    if (value !== undefined) attributes = listed(attributes, attribute(key, value));
  }
  return attributes;
}

/** The server's times have 63 bits. */
const latestNs = 2n ** 63n - 1n;

function storableTime(timeNs: bigint): bigint {
  if (timeNs < 0n) return 0n;
  return timeNs > latestNs ? latestNs : timeNs;
}

/** A link that leads nowhere makes the server refuse the request. */
function isLink({ traceId, spanId }: SpanLink): boolean {
  return /^(?:tr-)?[0-9a-fA-F]{32}$/.test(traceId) && /^[0-9a-fA-F]{16}$/.test(spanId);
}

/** Name, tags, session and user: the server lifts them from the root into the trace. */
function traceAttributes({ info }: Trace): string {
  const { session, user } = info;
  let attributes = '';
  for (const [key, value] of Object.entries(sentTags(info.tags)))
    attributes = listed(attributes, attribute(tagPrefix + key, stringValue(value)));
  if (session !== undefined)
    attributes = listed(attributes, attribute(sessionKey, stringValue(storableMetadata(TraceKey.session, session))));
  if (user !== undefined)
    attributes = listed(attributes, attribute(userKey, stringValue(storableMetadata(TraceKey.user, user))));
  return attributes;
}

function eventJson({ name, timeNs, attributes }: SpanEvent): string {
  return `{"name":${quoted(name)},"timeUnixNano":"${storableTime(timeNs)}","attributes":[${flatAttributes(attributes)}]}`;
}

/** In base64, which servers up to 3.17 take the ids of links for, and of links alone: those in hex Python would not see. */
function linkJson({ traceId, spanId, attributes }: SpanLink): string {
  const ids = `"traceId":"${base64(traceId.replace(/^tr-/, ''))}","spanId":"${base64(spanId)}"`;
  return `{${ids},"attributes":[${flatAttributes(attributes)}]}`;
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** One more in a list. */
function listed(list: string, entry: string): string {
  if (list === '') return entry;
  return entry === '' ? list : `${list},${entry}`;
}

import { AttributeKey, TraceKey } from '../../entities/attributes.js';
import type { Span, SpanLink } from '../../entities/span.js';
import type { SpanEvent } from '../../entities/span-event.js';
import type { Trace } from '../../entities/trace.js';
import { attribute, flatAttributes, quoted, stringValue, valueOfFact, valueOfText } from './otlp-values.js';
import { sentTags } from './sent-tags.js';
import { storableMetadata } from './storable.js';

const statusCodes = { UNSET: 0, OK: 1, ERROR: 2 } as const;

/** Keys under which the root of a trace carries what belongs to the trace. */
const tagPrefix = 'mlflow.traceTag.';
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
  const spans = traces.flatMap((trace) => trace.data.spans.map((span) => spanJson(span, trace)));
  return `{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"traced-agents"},"spans":[${spans.join(',')}]}]}]}`;
}

function spanJson(span: Span, trace: Trace): string {
  const { spanId, parentId, name, startTimeNs, endTimeNs, status, events, links } = span;
  const start = storableTime(startTimeNs);
  const end = endTimeNs > startTimeNs ? storableTime(endTimeNs) : start;
  const knownLinks = links.filter(isLink);
  const attributes = [...attributesOf(span), ...(parentId === undefined ? traceAttributes(trace) : [])];
  const parts = [
    `"traceId":"${span.traceId.slice(3)}","spanId":"${spanId}"`,
    ...(parentId === undefined ? [] : [`"parentSpanId":"${parentId}"`]),
    `"name":${quoted(name)},"kind":1,"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}"`,
    `"attributes":[${attributes.join(',')}]`,
    `"status":{"code":${statusCodes[status.code]},"message":${quoted(status.message)}}`,
  ];
  if (events.length > 0) parts.push(`"events":[${events.map(eventJson).join(',')}]`);
  if (knownLinks.length > 0) parts.push(`"links":[${knownLinks.map(linkJson).join(',')}]`);
  return `{${parts.join(',')}}`;
}

function attributesOf({ attributeTexts }: Span): string[] {
  const attributes: string[] = [];
  for (const [key, json] of Object.entries(attributeTexts)) {
    // The server gives each span its own.
    if (key === AttributeKey.traceRequestId) continue;
    attributes.push(attribute(key, payloads.has(key) ? valueOfText(json) : valueOfFact(json, lengthOf(key))));
  }
  return attributes;
}

const payloads: ReadonlySet<string> = new Set([AttributeKey.inputs, AttributeKey.outputs]);

/** Attributes that have columns of their own. */
const columns: ReadonlySet<string> = new Set([AttributeKey.spanType, AttributeKey.model, AttributeKey.provider]);
const maxColumnLength = 500;

function lengthOf(key: string): number {
  return columns.has(key) ? maxColumnLength : Number.POSITIVE_INFINITY;
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
function traceAttributes({ info }: Trace): string[] {
  const attributes = Object.entries(sentTags(info.tags)).map(([key, value]) =>
    attribute(tagPrefix + key, stringValue(value)),
  );
  const { session, user } = info;
  if (session !== undefined)
    attributes.push(attribute(sessionKey, stringValue(storableMetadata(TraceKey.session, session))));
  if (user !== undefined) attributes.push(attribute(userKey, stringValue(storableMetadata(TraceKey.user, user))));
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

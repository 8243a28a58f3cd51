import { AttributeKey } from '../../entities/attributes.js';
import type { Span } from '../../entities/span.js';
import type { EventAttributeValue, SpanEvent } from '../../entities/span-event.js';
import type { Trace } from '../../entities/trace.js';
import { sentTags } from './sent-tags.js';

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
 * Traces as the body of one request to `/v1/traces`, OTLP in JSON. Attributes go as the JSON texts that they are: the server stores
 * an object, a list and a quoted text as what they mean, so that nothing is parsed here and all comes back as it was.
 */
export function otlpJson(traces: readonly Trace[]): string {
  const spans = traces.flatMap((trace) => trace.data.spans.map((span) => spanJson(span, trace)));
  return `{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"traced-agents"},"spans":[${spans.join(',')}]}]}]}`;
}

function spanJson(span: Span, trace: Trace): string {
  const { spanId, parentId, name, startTimeNs, endTimeNs, status, events, links } = span;
  const attributes = [...attributesOf(span), ...(parentId === undefined ? traceAttributes(trace) : [])];
  const parts = [
    `"traceId":"${span.traceId.slice(3)}","spanId":"${spanId}"`,
    ...(parentId === undefined ? [] : [`"parentSpanId":"${parentId}"`]),
    `"name":${text(name)},"kind":1,"startTimeUnixNano":"${startTimeNs}","endTimeUnixNano":"${endTimeNs}"`,
    `"attributes":[${attributes.join(',')}]`,
    `"status":{"code":${statusCodes[status.code]},"message":${text(status.message)}}`,
  ];
  if (events.length > 0) parts.push(`"events":[${events.map(eventJson).join(',')}]`);
  if (links.length > 0) parts.push(`"links":[${links.map(linkJson).join(',')}]`);
  return `{${parts.join(',')}}`;
}

function attributesOf({ attributeTexts }: Span): string[] {
  const attributes: string[] = [];
  for (const [key, json] of Object.entries(attributeTexts)) {
    // The server gives each span its own.
    if (key !== AttributeKey.traceRequestId) attributes.push(attribute(key, valueOfText(json)));
  }
  return attributes;
}

/** Name, tags, session and user: the server lifts them from the root into the trace. */
function traceAttributes({ info }: Trace): string[] {
  const attributes = Object.entries(sentTags(info.tags)).map(([key, value]) =>
    attribute(tagPrefix + key, stringValue(value)),
  );
  if (info.session !== undefined) attributes.push(attribute(sessionKey, stringValue(info.session)));
  if (info.user !== undefined) attributes.push(attribute(userKey, stringValue(info.user)));
  return attributes;
}

function attribute(key: string, value: string): string {
  return `{"key":${text(key)},"value":${value}}`;
}

/** An attribute's JSON text as OTLP's value. */
function valueOfText(json: string): string {
  switch (json.charAt(0)) {
    case '{':
    case '[':
    case '"':
      return stringValue(json);
    case 't':
    case 'f':
      return `{"boolValue":${json}}`;
    case 'n':
      return '{}';
    default:
      return numberValue(json);
  }
}

function stringValue(value: string): string {
  return `{"stringValue":${text(value)}}`;
}

/** OTLP's integers have 64 bits; 18 digits always fit. */
function numberValue(json: string): string {
  return /^-?\d{1,18}$/.test(json) ? `{"intValue":"${json}"}` : `{"doubleValue":${json}}`;
}

function eventJson({ name, timeNs, attributes }: SpanEvent): string {
  return `{"name":${text(name)},"timeUnixNano":"${timeNs}","attributes":[${flatAttributes(attributes)}]}`;
}

function linkJson({ traceId, spanId, attributes }: Span['links'][number]): string {
  return `{"traceId":"${traceId.replace(/^tr-/, '')}","spanId":"${spanId}","attributes":[${flatAttributes(attributes)}]}`;
}

function flatAttributes(attributes: Readonly<Record<string, EventAttributeValue>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => attribute(key, flatValue(value)))
    .join(',');
}

function flatValue(value: EventAttributeValue): string {
  if (Array.isArray(value))
    return `{"arrayValue":{"values":[${value.map((item) => flatValue(item as EventAttributeValue)).join(',')}]}}`;
  if (typeof value === 'string') return stringValue(value);
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  if (typeof value === 'number' && Number.isFinite(value)) return numberValue(String(value));
  return `{"doubleValue":"${String(value)}"}`;
}

/** Well-formed: one lone surrogate would make the server refuse the whole request. */
function text(value: string): string {
  return JSON.stringify(value.toWellFormed());
}

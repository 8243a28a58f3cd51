import { hexToBase64 } from '../utils/base64-id.js';
import { isoTime } from '../utils/iso-time.js';
import { AttributeKey } from './attributes.js';
import type { Span } from './span.js';
import type { SpanEvent } from './span-event.js';
import type { Trace } from './trace.js';
import { defaultLocation, type TraceInfo } from './trace-info.js';

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
  if (trace === lastTrace) return lastLine;
  const line = new LineWriter(trace).write();
  if (line.length <= longestKept && Object.isFrozen(trace)) {
    lastTrace = trace;
    lastLine = line;
  }
  return line;
}

/** A file and a spool write the same trace one after the other. */
let lastTrace: Trace | undefined;
let lastLine = '';
/** What is longer is not held on to. */
const longestKept = 262_144;

/** The trace's spans alone, as MLflow keeps them in a file (`traces.json`). */
export function spansToJson(trace: Trace): string {
  return new LineWriter(trace).data();
}

const defaultLocationText = JSON.stringify(defaultLocation);

/** Writes one trace. What it says twice is encoded once: ids in each span, and the root's inputs and outputs as previews. */
class LineWriter {
  readonly #trace: Trace;
  readonly #traceId: string;
  readonly #requestId: string;
  readonly #request: Quoted;
  readonly #response: Quoted;

  constructor(trace: Trace) {
    const { info } = trace;
    this.#trace = trace;
    this.#traceId = hexToBase64(info.traceId.slice(3));
    this.#requestId = `"${info.traceId}"`;
    this.#request = quotedPreview(info.requestPreview);
    this.#response = quotedPreview(info.responsePreview);
  }

  write(): string {
    return `{"info":${this.#info(this.#trace.info)},"data":${this.data()}}`;
  }

  data(): string {
    let spans = '';
    for (const span of this.#trace.data.spans) spans += spans === '' ? this.#span(span) : `,${this.#span(span)}`;
    return `{"spans":[${spans}]}`;
  }

  #info(info: TraceInfo): string {
    const location = info.location === defaultLocation ? defaultLocationText : JSON.stringify(info.location);
    return (
      `{"trace_id":${JSON.stringify(info.traceId)},"state":"${info.state}",` +
      `"request_time":"${isoTime(info.requestTimeMs)}","execution_duration_ms":${info.executionDurationMs},` +
      (this.#request.text === undefined ? '' : `"request_preview":${this.#request.json},`) +
      (this.#response.text === undefined ? '' : `"response_preview":${this.#response.json},`) +
      `"tags":${textsToJson(info.tags)},"trace_metadata":${textsToJson(info.metadata)},"trace_location":${location}}`
    );
  }

  #span(span: Span): string {
    const { status, traceId } = span;
    const id = traceId === this.#trace.info.traceId ? this.#traceId : hexToBase64(traceId.slice(3));
    const parent = span.parentId === undefined ? 'null' : `"${hexToBase64(span.parentId)}"`;
    const message = status.message === '' ? '""' : JSON.stringify(status.message);
    return (
      `{"trace_id":"${id}","span_id":"${hexToBase64(span.spanId)}","parent_span_id":${parent},` +
      `"name":${quoteOften(span.name)},` +
      `"start_time_unix_nano":${span.startTimeNs},"end_time_unix_nano":${span.endTimeNs},` +
      `"status":{"code":"STATUS_CODE_${status.code}","message":${message}},` +
      `"events":${eventsToJson(span.events)},"links":${linksToJson(span)},` +
      `"attributes":${this.#attributes(span)}}`
    );
  }

  #attributes({ attributeTexts }: Span): string {
    let json = '{';
    for (const key of Object.keys(attributeTexts)) {
      const text = attributeTexts[key] as string; // a key of its own
      json += `${json === '{' ? '' : ','}${quoteOften(key)}:${repeated.has(key) ? quoteOften(text) : this.#attribute(text)}`;
    }
    return `${json}}`;
  }

  #attribute(text: string): string {
    if (text === this.#request.text) return this.#request.json;
    if (text === this.#response.text) return this.#response.json;
    if (text === this.#requestId) return `"\\"${this.#trace.info.traceId}\\""`;
    return JSON.stringify(text);
  }
}

/** Their values are the same few in all spans. */
const repeated: ReadonlySet<string> = new Set([AttributeKey.spanType, AttributeKey.functionName, AttributeKey.model]);

interface Quoted {
  readonly text: string | undefined;
  readonly json: string;
}

const nothing: Quoted = { text: undefined, json: '' };

function quotedPreview(text: string | undefined): Quoted {
  return text === undefined ? nothing : { text, json: JSON.stringify(text) };
}

function textsToJson(texts: Readonly<Record<string, string>>): string {
  let json = '{';
  for (const key of Object.keys(texts)) {
    json += `${json === '{' ? '' : ','}${quoteOften(key)}:${quoteOften(texts[key] as string)}`; // a key of its own
  }
  return `${json}}`;
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

const often = new Map<string, string>();
const maxOften = 1000;
const longestOften = 40;

/** Keys, names and types are the same few in every span: each is encoded once. */
function quoteOften(text: string): string {
  if (text.length > longestOften) return JSON.stringify(text);
  const known = often.get(text);
  if (known !== undefined) return known;
  const quoted = JSON.stringify(text);
  if (often.size < maxOften) often.set(text, quoted);
  return quoted;
}

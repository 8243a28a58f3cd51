import { hexToBase64 } from '../utils/base64-id.js';
import { isoTime } from '../utils/iso-time.js';
import { Memo, type MemoLimits } from '../utils/memo.js';
import { AttributeKey } from './attributes.js';
import type { Span } from './span.js';
import type { SpanEvent } from './span-event.js';
import type { Trace } from './trace.js';
import { defaultLocation, nothingCarried, type TraceInfo } from './trace-info.js';

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

/**
 * Writes one trace. What it says twice is encoded once: ids in each span, and the root's inputs and outputs as previews. The fewer
 * pieces a line is put together of, the faster it is: what stands side by side in all lines is one piece.
 */
class LineWriter {
  readonly #trace: Trace;
  /** The id as JSON, which is what the attributes of its spans hold; and that text as JSON once more. */
  readonly #traceId: string;
  readonly #traceIdTwice: string;
  /** The spans that were last written, and last called parent: nearly always one of them is the next one's parent. */
  #last: WrittenId = noId;
  #lastParent: WrittenId = noId;
  /** How a span of this trace begins, up to its id. */
  readonly #opening: string;
  readonly #request: Quoted;
  readonly #response: Quoted;

  constructor(trace: Trace) {
    const { info } = trace;
    this.#trace = trace;
    const isBare = bareText.test(info.traceId);
    this.#traceId = isBare ? `"${info.traceId}"` : JSON.stringify(info.traceId);
    this.#traceIdTwice = isBare ? `"\\"${info.traceId}\\""` : JSON.stringify(this.#traceId);
    this.#opening = openingOf(info.traceId);
    this.#request = quotedPreview(info.requestPreview);
    this.#response = quotedPreview(info.responsePreview);
  }

  write(): string {
    return `{"info":${this.#info(this.#trace.info)},"data":${this.data()}}`;
  }

  data(): string {
    let json = '';
    for (const span of this.#trace.data.spans) json += this.#span(span, json === '' ? '{"spans":[' : ',');
    return json === '' ? '{"spans":[]}' : `${json}]}`;
  }

  #info(info: TraceInfo): string {
    const { text: request, json: requestJson } = this.#request;
    const { text: response, json: responseJson } = this.#response;
    return (
      `{"trace_id":${this.#traceId},"state":"${info.state}",` +
      `"request_time":"${isoTime(info.requestTimeMs)}","execution_duration_ms":${info.executionDurationMs}` +
      (request === undefined ? '' : `,"request_preview":${requestJson}`) +
      (response === undefined ? labelsToJson(info) : `,"response_preview":${responseJson}${labelsToJson(info)}`)
    );
  }

  /** `before` is what stands before it. */
  #span(span: Span, before: string): string {
    const { traceId, spanId, parentId } = span;
    const opening = traceId === this.#trace.info.traceId ? this.#opening : openingOf(traceId);
    const parent =
      parentId === undefined
        ? '","parent_span_id":null,"name":'
        : `","parent_span_id":"${this.#parent(parentId)}","name":`;
    const base64 = hexToBase64(spanId);
    this.#last = { id: spanId, base64 };
    return (
      `${before}${opening}${base64}${parent}${quotedTexts.get(span.name)},"start_time_unix_nano":${span.startTimeText}` +
      `,"end_time_unix_nano":${span.endTimeText}${outcomeToJson(span)}${this.#attributes(span)}`
    );
  }

  #parent(id: string): string {
    if (id !== this.#lastParent.id)
      this.#lastParent = id === this.#last.id ? this.#last : { id, base64: hexToBase64(id) };
    return this.#lastParent.base64;
  }

  /** With the end of the span. */
  #attributes({ attributeTexts }: Span): string {
    const keys = Object.keys(attributeTexts);
    let json = '';
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string; // within the bounds
      const text = attributeTexts[key] as string; // a key of its own
      const known = keyTextAt(index, key);
      if (known.pairs !== undefined && json !== '') json += known.pairs.get(text);
      else json += (json === '' ? known.first : known.next) + this.#attribute(text);
    }
    return json === '' ? '{}}' : `${json}}}`;
  }

  #attribute(text: string): string {
    if (text === this.#request.text) return this.#request.json;
    if (text === this.#response.text) return this.#response.json;
    return text === this.#traceId ? this.#traceIdTwice : JSON.stringify(text);
  }
}

/** The id of a span, as it is and in base64. */
interface WrittenId {
  readonly id: string | undefined;
  readonly base64: string;
}

const noId: WrittenId = { id: undefined, base64: '' };

/** Needs nothing but quotes to be JSON. */
const bareText = /^[\w-]+$/;

function openingOf(traceId: string): string {
  return `{"trace_id":"${hexToBase64(traceId.slice(3))}","span_id":"`;
}

/** What follows the times, up to the attributes. Most spans end well, without events and links. */
const bareOutcomes: ReadonlyMap<string, string> = new Map(
  ['OK', 'UNSET', 'ERROR'].map((code) => [
    code,
    `,"status":{"code":"STATUS_CODE_${code}","message":""},"events":[],"links":[],"attributes":`,
  ]),
);

function outcomeToJson(span: Span): string {
  const { status, events, links } = span;
  const bare = status.message === '' && events.length + links.length === 0 ? bareOutcomes.get(status.code) : undefined;
  if (bare !== undefined) return bare;
  const { code, message } = status;
  return (
    `,"status":{"code":"STATUS_CODE_${code}","message":${JSON.stringify(message)}},` +
    `"events":${eventsToJson(events)},"links":${linksToJson(span)},"attributes":`
  );
}

interface Quoted {
  readonly text: string | undefined;
  readonly json: string;
}

const nothing: Quoted = { text: undefined, json: '' };

function quotedPreview(text: string | undefined): Quoted {
  return text === undefined ? nothing : { text, json: JSON.stringify(text) };
}

const shared = new WeakMap<object, string>();

/** Marks tags or metadata that many traces have in common, and that are frozen: their JSON is written once. */
export function shareTexts<Texts extends Readonly<Record<string, string>>>(texts: Texts): Texts {
  shared.set(texts, textsToJson(texts));
  return texts;
}

const defaultLocationText = JSON.stringify(defaultLocation);
/** Of the last trace that shared all it is labelled with: most often the next is one of the same agent. */
let lastLabels: Pick<TraceInfo, 'tags' | 'metadata'> | undefined;
let lastLabelsJson = '';

/** The end of the summary: tags, metadata and location, after a comma. */
function labelsToJson({ tags, metadata, location, carried }: TraceInfo): string {
  const isUsual = location === defaultLocation && carried === nothingCarried;
  if (isUsual && tags === lastLabels?.tags && metadata === lastLabels.metadata) return lastLabelsJson;
  const json = [
    `,"tags":${textsToJson(tags)},"trace_metadata":${textsToJson(metadata)},"trace_location":`,
    isUsual ? defaultLocationText : JSON.stringify(location),
    carried === nothingCarried ? '}' : `,${JSON.stringify(carried).slice(1)}`,
  ].join('');
  if (isUsual && shared.has(tags) && shared.has(metadata)) {
    lastLabels = { tags, metadata };
    lastLabelsJson = json;
  }
  return json;
}

function textsToJson(texts: Readonly<Record<string, string>>): string {
  const known = shared.get(texts);
  if (known !== undefined) return known;
  let json = '{';
  for (const key of Object.keys(texts)) {
    json += `${json === '{' ? '' : ','}${quotedTexts.get(key)}:${quotedTexts.get(texts[key] as string)}`; // a key of its own
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

/** What is taken for a text that comes again and again. */
const recurring: MemoLimits = { maxKeys: 1000, longestKey: 40 };

/** Their values are the same few in all spans. */
const repeated: ReadonlySet<string> = new Set([AttributeKey.spanType, AttributeKey.functionName, AttributeKey.model]);

/** How an attribute's key is written. */
class AttributeKeyText {
  readonly key: string;
  /** Before the first value of a record. */
  readonly first: string;
  readonly next: string;
  /** `next` with each of the few values it has. */
  readonly pairs: Memo<string> | undefined;

  constructor(key: string) {
    const json = JSON.stringify(key);
    this.key = key;
    this.first = `{${json}:`;
    this.next = `,${json}:`;
    this.pairs = repeated.has(key) ? new Memo((text) => this.next + JSON.stringify(text), recurring) : undefined;
  }
}

/** Keys are the same few in every span, and so are names and the tags of traces: each is encoded once. */
const keyTexts = new Memo((key) => new AttributeKeyText(key), recurring);
const quotedTexts = new Memo((text) => JSON.stringify(text), recurring);
/** The keys that last stood there: spans have the same ones in the same places. */
const lastKeyTexts: AttributeKeyText[] = [];
const mostPlaces = 32;

function keyTextAt(index: number, key: string): AttributeKeyText {
  const last = lastKeyTexts[index];
  if (last?.key === key) return last;
  const known = keyTexts.get(key);
  if (index < mostPlaces) lastKeyTexts[index] = known;
  return known;
}

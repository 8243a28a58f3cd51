import { hexToBase64 } from '../utils/base64-id.js';
import { inOnePiece, inPieces } from '../utils/in-one-piece.js';
import { isoTime } from '../utils/iso-time.js';
import { Memo, type MemoLimits } from '../utils/memo.js';
import { AttributeKey, type AttributeTexts } from './attributes.js';
import type { Span } from './span.js';
import type { SpanEvent } from './span-event.js';
import { defaultLocation, nothingCarried, type TraceInfo } from './trace-info.js';

/** A span but for its attributes. */
export type SpanHead = Pick<
  Span,
  'traceId' | 'spanId' | 'parentId' | 'name' | 'startTimeText' | 'endTimeText' | 'status' | 'events' | 'links'
>;

/**
 * Writes one trace, span by span, on the path of every finished one. What it says twice is encoded once: ids in each span, and the
 * root's inputs and outputs as previews. The fewer pieces a line is put together of, the faster it is: what stands side by side in all
 * lines is one piece.
 */
export class LineWriter {
  /** The trace's id as an attribute of its spans, as JSON. */
  readonly traceIdText: string;
  /** That attribute, with which the attributes of a span begin. */
  readonly traceIdAttribute: string;
  readonly #info: TraceInfo;
  /** `traceIdText` as JSON once more. */
  readonly #traceIdTwice: string;
  /** The spans that were last written, and last called parent: nearly always one of them is the next one's parent. */
  #last: WrittenId = noId;
  #lastParent: WrittenId = noId;
  /** How a span of this trace begins, up to its id. */
  readonly #opening: string;
  readonly #request: Quoted;
  readonly #response: Quoted;
  /** The spans so far, with commas between them. */
  #spans = '';

  constructor(info: TraceInfo, spanCount: number) {
    this.#info = info;
    const isBare = bareText.test(info.traceId);
    this.traceIdText = isBare ? `"${info.traceId}"` : JSON.stringify(info.traceId);
    this.#traceIdTwice = isBare ? `"\\"${info.traceId}\\""` : JSON.stringify(this.traceIdText);
    const together = spanCount > fewSpans ? inOnePiece : inPieces;
    this.traceIdAttribute = together(traceIdKey, this.#traceIdTwice);
    this.#opening = openingOf(info.traceId, together);
    this.#request = quotedPreview(info.requestPreview);
    this.#response = quotedPreview(info.responsePreview);
  }

  /** The next span, and the JSON of its attributes but for their closing brace. */
  add(span: SpanHead, attributes: string): void {
    const { traceId, spanId, parentId } = span;
    const opening = traceId === this.#info.traceId ? this.#opening : openingOf(traceId, inPieces);
    const named = namedTexts.get(span.name);
    const parent =
      parentId === undefined
        ? `","parent_span_id":null${named.slice(1)}`
        : `","parent_span_id":"${this.#parent(parentId)}${named}`;
    const base64 = hexToBase64(spanId);
    this.#last = { id: spanId, base64 };
    const json =
      `${opening}${base64}${parent}${span.startTimeText}` +
      `,"end_time_unix_nano":${span.endTimeText}${outcomeToJson(span)}${attributes}}}`;
    this.#spans = this.#spans === '' ? json : `${this.#spans},${json}`;
  }

  /** JSON of attributes, whose values are JSON texts themselves, but for the closing brace. */
  attributes(texts: AttributeTexts): string {
    const keys = Object.keys(texts);
    let json = '';
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string; // within the bounds
      const text = texts[key] as string; // a key of its own
      const known = keyTextAt(index, key);
      if (known.pairs !== undefined && json !== '') json += known.pairs.get(text);
      else json += (json === '' ? known.first : known.next) + this.text(text);
    }
    return json === '' ? '{' : json;
  }

  /** The JSON text of an attribute as JSON once more. */
  text(text: string): string {
    if (text === this.#request.text) return this.#request.json;
    if (text === this.#response.text) return this.#response.json;
    return text === this.traceIdText ? this.#traceIdTwice : JSON.stringify(text);
  }

  /** One attribute that follows others, with the comma before it. */
  nextAttribute(key: string, text: string): string {
    const known = keyTexts.get(key);
    return known.pairs === undefined ? known.next + this.text(text) : known.pairs.get(text);
  }

  line(): string {
    const info = this.#info;
    const { text: request, json: requestJson } = this.#request;
    const { text: response, json: responseJson } = this.#response;
    let json = `{"info":{"trace_id":${this.traceIdText},"state":"${info.state}","request_time":"${isoTime(info.requestTimeMs)}`;
    json += `","execution_duration_ms":${info.executionDurationMs}`;
    if (request !== undefined) json += `,"request_preview":${requestJson}`;
    if (response !== undefined) json += `,"response_preview":${responseJson}`;
    return `${json}${labelsToJson(info)},"data":{"spans":[${this.#spans}]}}`;
  }

  /** The spans alone. */
  data(): string {
    return `{"spans":[${this.#spans}]}`;
  }

  #parent(id: string): string {
    if (id !== this.#lastParent.id)
      this.#lastParent = id === this.#last.id ? this.#last : { id, base64: hexToBase64(id) };
    return this.#lastParent.base64;
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

/** What stands in so few spans of a trace is not worth being put together for good. */
const fewSpans = 2;

/** Before the trace's id as JSON: attributes begin with it. */
const traceIdKey = inOnePiece('{"', AttributeKey.traceRequestId, '":');

function openingOf(traceId: string, together: typeof inPieces | typeof inOnePiece): string {
  return together('{"trace_id":"', hexToBase64(traceId.slice(3)), '","span_id":"');
}

/** What follows the times, up to the attributes. Most spans end well, without events and links. */
const bareOutcomes: ReadonlyMap<string, string> = new Map(
  ['OK', 'UNSET', 'ERROR'].map((code) => [
    code,
    inOnePiece(',"status":{"code":"STATUS_CODE_', code, '","message":""},"events":[],"links":[],"attributes":'),
  ]),
);

function outcomeToJson(span: SpanHead): string {
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

function linksToJson({ links }: SpanHead): string {
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
    this.first = inOnePiece('{', json, ':');
    this.next = inOnePiece(',', json, ':');
    this.pairs = repeated.has(key)
      ? new Memo((text) => inOnePiece(this.next, JSON.stringify(text)), recurring)
      : undefined;
  }
}

/** Keys are the same few in every span, and so are names and the tags of traces: each is encoded once. */
const keyTexts = new Memo((key) => new AttributeKeyText(key), recurring);
const quotedTexts = new Memo((text) => JSON.stringify(text), recurring);
/** What stands between the id of a span's parent and its start, the quote behind that id with it. */
const namedTexts = new Memo(
  (name) => inOnePiece('","name":', JSON.stringify(name), ',"start_time_unix_nano":'),
  recurring,
);
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

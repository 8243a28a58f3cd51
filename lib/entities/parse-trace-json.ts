import { isRecord } from '../utils/records.js';

/**
 * Parses MLflow's trace JSON, or a file of spans alone, with the nanoseconds as texts: they lie beyond 2^53, where a number would be
 * rounded. Throws what is no JSON.
 */
export function parseTraceJson(text: string): unknown {
  const json: unknown = JSON.parse(quoteNanoseconds(text));
  const spans = spansIn(json);
  // Attributes may have the same keys, and there a number is one: rare enough to parse the text twice.
  if (spans.some(mayBeMisread)) takeAttributes(spansIn(JSON.parse(text)), spans);
  return json;
}

function spansIn(json: unknown): readonly unknown[] {
  if (!isRecord(json)) return [];
  const { spans } = isRecord(json['data']) ? json['data'] : json;
  return Array.isArray(spans) ? spans : [];
}

/** A quote inside a JSON string is always escaped, so the pattern meets keys only. */
function quoteNanoseconds(text: string): string {
  return text.replace(/(?<!\\)"((?:start_|end_)?time_unix_nano)"\s*:\s*(-?\d{15,})(?![\d.eE])/g, '"$1":"$2"');
}

const nanosecondKey = /^(?:start_|end_)?time_unix_nano$/;

function mayBeMisread(span: unknown): boolean {
  if (!isRecord(span)) return false;
  const { attributes, events, links } = span;
  // A value of a span's own is JSON text, which looks the same with and without quotes; unless it is nested.
  return holdsNested(attributes) || hasOddAttributes(events) || hasOddAttributes(links);
}

function hasOddAttributes(carriers: unknown): boolean {
  return Array.isArray(carriers) && carriers.some((carrier) => isRecord(carrier) && isOdd(carrier['attributes']));
}

function isOdd(attributes: unknown): boolean {
  return holdsNested(attributes) || (isRecord(attributes) && Object.keys(attributes).some(isNanosecondKey));
}

function isNanosecondKey(key: string): boolean {
  return nanosecondKey.test(key);
}

/** What is nested is not looked into. */
function holdsNested(attributes: unknown): boolean {
  if (!isRecord(attributes)) return Array.isArray(attributes);
  for (const key in attributes) if (typeof attributes[key] === 'object') return true;
  return false;
}

/** Both are of the same text. */
function takeAttributes(from: readonly unknown[], to: readonly unknown[]): void {
  const sources = from.flatMap(carriersOf);
  for (const [index, carrier] of to.flatMap(carriersOf).entries()) {
    if ('attributes' in carrier) carrier['attributes'] = sources[index]?.['attributes'];
  }
}

function carriersOf(span: unknown): readonly Record<string, unknown>[] {
  return isRecord(span) ? [span, span['events'], span['links']].flat().filter(isRecord) : [];
}

import type { EventAttributeValue } from '../../entities/span-event.js';
import { parseJson } from '../../utils/parse-json.js';
import { cutTo, storableJson, storableText } from './storable.js';
import { withoutBigIntegers } from './without-big-integers.js';

/** One attribute in OTLP's JSON. */
export function attribute(key: string, value: string): string {
  return `{"key":${quoted(key)},"value":${value}}`;
}

/** A text in JSON, as a database takes it. */
export function quoted(text: string): string {
  return JSON.stringify(storableText(text));
}

export function stringValue(value: string): string {
  return `{"stringValue":${quoted(value)}}`;
}

/**
 * An attribute's JSON text as OTLP's value. Objects, lists and quoted texts go as the text that they are, and so does what is no JSON
 * after all: a trace that others wrote may hold it.
 */
export function valueOfText(json: string): string {
  if (json === 'true' || json === 'false') return `{"boolValue":${json}}`;
  if (json === 'null') return '{}';
  if (number.test(json)) return numberValue(json);
  return oddNumbers.has(json) ? oddNumberValue(json) : stringValue(withoutBigIntegers(storableJson(json)));
}

/**
 * The same for what a server looks for, counts and prices: type, model, names. It does so as it is sent, so that a text goes without its
 * quotes, cut to that many characters; but not one that reads as JSON itself, which would come back as what it means.
 */
export function valueOfFact(json: string, maxLength: number = Number.POSITIVE_INFINITY): string {
  const text = json.startsWith('"') ? parseJson(json) : undefined;
  if (typeof text !== 'string') return valueOfText(json);
  const cut = cutTo(text, maxLength);
  return /^\s*[{["]/.test(cut) ? valueOfText(JSON.stringify(cut)) : stringValue(cut);
}

/** Attributes of events and links: whatever JSON holds, where others wrote them. */
export function flatAttributes(attributes: Readonly<Record<string, EventAttributeValue>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => attribute(key, flatValue(value)))
    .join(',');
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Python writes them into JSON as they are. */
const oddNumbers: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

function oddNumberValue(number: string): string {
  return `{"doubleValue":"${number}"}`;
}

function numberValue(json: string): string {
  if (/^-?\d{1,19}$/.test(json) && isLong(BigInt(json))) return `{"intValue":"${json}"}`;
  return Number.isFinite(Number(json)) ? `{"doubleValue":${json}}` : oddNumberValue(String(Number(json)));
}

/** Whether OTLP's integers, which have 64 bits, hold it. */
function isLong(integer: bigint): boolean {
  return BigInt.asIntN(64, integer) === integer;
}

function flatValue(value: unknown): string {
  if (typeof value === 'string') return stringValue(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? numberValue(String(value)) : oddNumberValue(String(value));
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(flatValue).join(',')}]}}`;
  return value === null ? '{}' : stringValue(JSON.stringify(value));
}

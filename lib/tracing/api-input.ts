import type { Attributes, SpanStatus } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { TokenUsage } from '../entities/token-usage.js';
import { tokenUsageFromJson } from '../entities/token-usage-json.js';
import { parseJson } from '../utils/parse-json.js';
import { readProperty } from '../utils/read-property.js';
import { completeUsage } from './complete-usage.js';

/*
 * What libraries hand in by OpenTelemetry's API, which may be anything where they are plain JavaScript. What cannot be read is left
 * out: whoever traces itself must not fail for it.
 */

/** Where a link leads. */
export interface LinkInput {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** Keys and values that were given as attributes. */
export function entriesOf(attributes: unknown): readonly (readonly [string, unknown])[] {
  if (typeof attributes !== 'object' || attributes === null) return [];
  try {
    return Object.keys(attributes).map((key) => [key, readProperty(attributes, key)]);
  } catch {
    return []; // a proxy whose traps throw
  }
}

/** What a list holds; nothing where it is none. */
export function itemsOf(list: unknown): readonly unknown[] {
  try {
    return Array.isArray(list) ? Array.from(list) : [];
  } catch {
    return []; // a revoked proxy
  }
}

/** `undefined` where the link names no span. */
export function linkOf(link: unknown): LinkInput | undefined {
  const context = readProperty(link, 'context');
  const traceId = readProperty(context, 'traceId');
  const spanId = readProperty(context, 'spanId');
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  return { traceId, spanId, attributes: readProperty(link, 'attributes') as Attributes }; // read by `entriesOf`
}

/** `undefined` for `UNSET`, which never replaces anything, and for what is no status. */
export function statusOf(status: unknown): SpanStatus | undefined {
  const code = readProperty(status, 'code');
  if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return undefined;
  return { code, message: readProperty(status, 'message') as string }; // or anything: it is captured as a text
}

/** The counts of a usage. */
export function usageOf(usage: Partial<TokenUsage> | undefined): TokenUsage | undefined {
  try {
    return completeUsage(usage);
  } catch {
    return undefined;
  }
}

/** What a usage attribute holds: an object, or its JSON text as OpenTelemetry's attributes need it. */
export function usageOfAttribute(value: unknown): TokenUsage | undefined {
  try {
    return tokenUsageFromJson(typeof value === 'string' ? parseJson(value) : value);
  } catch {
    return undefined;
  }
}

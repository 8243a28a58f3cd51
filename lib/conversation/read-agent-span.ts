import { AttributeKey } from '../entities/attributes.js';
import type { Span } from '../entities/span.js';
import { isRecord } from '../utils/records.js';

/** A message as spans record it. */
export interface Said {
  readonly content: unknown;
  readonly sender: string | undefined;
}

/** What a message span tells: the message before it, and the one that came of it unless the turn failed. */
export interface Exchange {
  readonly before: Said;
  readonly after: Said | undefined;
}

/** The messages of a message span; `undefined` for any other span of an agent. */
export function exchangeOf(span: Span): Exchange | undefined {
  const { inputs, outputs } = span;
  const before = saidIn(inputs);
  if (before?.sender === undefined) return undefined;
  const after = saidIn(outputs);
  return after === undefined && outputs !== undefined ? undefined : { before, after };
}

/** The agent of an AGENT span: as it says itself; else message spans are named after it, others `<agent>.<method>`. */
export function agentOf(span: Span, isMessage: boolean): string {
  const said = textAttribute(span, AttributeKey.agentName);
  if (said !== undefined || isMessage) return said ?? span.name;
  return /^(.+)\.[\w$]+$/s.exec(span.name)?.[1] ?? span.name;
}

/** The value of an attribute that should be text. */
export function textAttribute(span: Span, key: string): string | undefined {
  const value = span.getAttribute(key);
  return typeof value === 'string' ? value : undefined;
}

function saidIn(value: unknown): Said | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, 'message')) return undefined;
  const sender = value['sender'];
  return { content: value['message'], sender: typeof sender === 'string' ? sender : undefined };
}

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

/**
 * The messages of a message span; `undefined` for any other span of an agent. Arguments may be called `message` and `sender`
 * by chance, so something else has to say that the span is one: what it returned, or its attributes.
 */
export function exchangeOf(span: Span): Exchange | undefined {
  const before = saidIn(span.inputs);
  if (before?.sender === undefined) return undefined;
  const speaker = textAttribute(span, AttributeKey.messageFrom);
  if (speaker !== undefined && speaker !== agentOf(span, true)) return undefined; // the span of who hears it
  const isTold = speaker !== undefined || textAttribute(span, AttributeKey.messageFormat) !== undefined;
  const after = saidIn(span.outputs);
  if (after === undefined) return isTold && span.outputs === undefined ? { before, after } : undefined;
  return isTold || after.sender !== undefined ? { before, after } : undefined;
}

/** The agent of an AGENT span: as it says itself; else message spans are named after it, others `<agent>.<method>`. */
export function agentOf(span: Span, isMessage: boolean): string {
  const said = textAttribute(span, AttributeKey.agentName);
  if (said !== undefined || isMessage) return said ?? span.name;
  const method = textAttribute(span, AttributeKey.functionName) ?? lastIdentifier(span.name);
  const isNamedAfterBoth = method !== undefined && span.name.length > method.length + 1;
  return isNamedAfterBoth && span.name.endsWith(`.${method}`) ? span.name.slice(0, -method.length - 1) : span.name;
}

/** What the agent of a span was asked: all its arguments, or the message among them where the span tells who sent one. */
export function askedOf(span: Span): unknown {
  const { inputs } = span;
  const sender = textAttribute(span, AttributeKey.messageFrom);
  if (sender === undefined || !isRecord(inputs)) return inputs;
  if (Object.hasOwn(inputs, 'message')) return inputs['message'];
  const others = Object.entries(inputs).filter(([name, value]) => name !== 'sender' && value !== sender);
  return others.length === 1 ? others[0]?.[1] : inputs;
}

/** The value of an attribute that should be text. */
export function textAttribute(span: Span, key: string): string | undefined {
  const value = span.getAttribute(key);
  return typeof value === 'string' ? value : undefined;
}

/** What could be a method: `run` in `gpt-4.1.run`, nothing in `gpt-4.1`. */
function lastIdentifier(name: string): string | undefined {
  return /\.([A-Za-z_$][\w$]*)$/.exec(name)?.[1];
}

function saidIn(value: unknown): Said | undefined {
  if (!isRecord(value) || !Object.hasOwn(value, 'message')) return undefined;
  const sender = value['sender'];
  return { content: value['message'], sender: typeof sender === 'string' ? sender : undefined };
}

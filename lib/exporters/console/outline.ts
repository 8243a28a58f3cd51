import type { AgentSummary } from '../../conversation/conversation.js';
import { conversationOf } from '../../conversation/conversation-of.js';
import { AttributeKey, SpanType } from '../../entities/attributes.js';
import type { Span } from '../../entities/span.js';
import type { Trace } from '../../entities/trace.js';
import { type SpanRow, spanRows } from './span-rows.js';

/** A trace as it is drawn: its tree, and what the header says of it. */
export interface Outline {
  readonly trace: Trace;
  readonly rows: readonly SpanRow[];
  /** The one row at the top, which the header stands for; `undefined` if there are several, or none. */
  readonly head: SpanRow | undefined;
  readonly failedCount: number;
  readonly unfinishedCount: number;
  /** Which turn begins with a span, by the span's id, from 1; empty where there is but one turn. */
  readonly turns: ReadonlyMap<string, number>;
  readonly agents: readonly AgentSummary[];
}

/** Works out the tree of a trace; O(spans). */
export function outlineOf(trace: Trace): Outline {
  const rows = spanRows(trace.data.spans);
  const [first] = rows;
  const hasOneTop = rows.every(({ parent }, index) => index === 0 || parent !== undefined);
  return {
    trace,
    rows,
    head: hasOneTop ? first : undefined,
    failedCount: rows.filter(hasFailed).length,
    unfinishedCount: rows.filter(({ span }) => isUnfinished(span)).length,
    ...turnsOf(trace),
  };
}

function turnsOf(trace: Trace): Pick<Outline, 'turns' | 'agents'> {
  const agentSpans = trace.data.spans.filter(({ type }) => type === SpanType.agent);
  if (agentSpans.length < 2) return { turns: new Map(), agents: [] };
  const { turns, agents } = conversationOf(trace);
  const numbers = turns.length < 2 ? [] : turns.map(({ spanId, index }) => [spanId, index + 1] as const);
  return { turns: new Map(numbers), agents };
}

/** Whether the span of a row ended with an error. */
export function hasFailed({ span }: SpanRow): boolean {
  return span.status.code === 'ERROR';
}

/** Whether the span was still open when its trace left. */
export function isUnfinished({ attributeTexts }: Span): boolean {
  return attributeTexts[AttributeKey.unfinished] === 'true';
}

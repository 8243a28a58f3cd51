// class-transformer's decorators on the entities need it; the public door brings it by the decorators.
import 'reflect-metadata';
import { AttributeKey, SpanType, TraceKey } from '../../lib/entities/attributes.js';
import { Span, type SpanLink } from '../../lib/entities/span.js';
import type { SpanEvent } from '../../lib/entities/span-event.js';
import type { SpanStatus } from '../../lib/entities/span-status.js';
import type { TokenUsage } from '../../lib/entities/token-usage.js';
import { tokenUsageToJson } from '../../lib/entities/token-usage-json.js';
import { freeze, Trace } from '../../lib/entities/trace.js';
import { TraceData } from '../../lib/entities/trace-data.js';
import { TraceInfo, type TraceState } from '../../lib/entities/trace-info.js';

/** What a spec says about a span; the rest has defaults. */
export interface SpanParts {
  /** A small number stands for the id with that many in hex. @default 1; in `aTrace` the place in the list, from 1 */
  readonly id?: number | string;
  /** Id of the parent, as `id`. @default none: a root */
  readonly parent?: number | string;
  /** @default that of the trace */
  readonly traceId?: string;
  /** @default 'span <id>' */
  readonly name?: string;
  /** @default 'AGENT' for roots, 'UNKNOWN' for others */
  readonly type?: string;
  readonly model?: string;
  /** Milliseconds after the start of the trace; may be a fraction. @default 0 */
  readonly startMs?: number;
  /** May be a fraction. @default 1 */
  readonly durationMs?: number;
  /** The message of a failed span: its status is `ERROR` then. */
  readonly error?: string;
  /** @default `OK`, or `ERROR` where `error` is given */
  readonly status?: SpanStatus;
  /** Never ended: the duration is what had passed when the trace left. */
  readonly isUnfinished?: boolean;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly usage?: TokenUsage;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  /** More attributes, as values: they are dumped to JSON as MLflow does. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What a spec says about a trace; the rest follows from its first span. */
export interface TraceParts {
  /** @default 'tr-64c396518d978f50bf6ba65358847de2' */
  readonly id?: string;
  /** @default one span with all defaults */
  readonly spans?: readonly SpanParts[];
  /** @default the name of the first span */
  readonly name?: string;
  /** @default `ERROR` if the first span failed, `IN_PROGRESS` if it is unfinished, else `OK` */
  readonly state?: TraceState;
  /** Nothing is summed here: a spec says the total. @default none */
  readonly usage?: TokenUsage;
  /** @default 2026-01-02T03:04:05.000Z */
  readonly requestTime?: Date;
  /** @default that of the first span */
  readonly durationMs?: number;
  readonly session?: string;
  readonly user?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The trace that spans belong to unless a spec says otherwise. */
export const aTraceId = 'tr-64c396518d978f50bf6ba65358847de2';
const start = new Date('2026-01-02T03:04:05.000Z');

/** A frozen span, as a finished trace holds it. */
export function aSpan(parts: SpanParts = {}, traceStart: Date = start): Span {
  const { id = 1, parent, traceId = aTraceId, startMs = 0, durationMs = 1 } = parts;
  const startTimeNs = BigInt(traceStart.getTime()) * 1_000_000n + nanoseconds(startMs);
  const span = new Span({
    traceId,
    spanId: spanId(id),
    parentId: parent === undefined ? undefined : spanId(parent),
    name: parts.name ?? `span ${id}`,
    startTimeNs,
    endTimeNs: startTimeNs + nanoseconds(durationMs),
    status: Object.freeze(parts.status ?? statusOf(parts.error)),
    events: Object.freeze([...(parts.events ?? [])]),
    links: Object.freeze([...(parts.links ?? [])]),
    attributeTexts: attributeTexts(parts, traceId),
  });
  Object.freeze(span);
  return span;
}

/**
 * A frozen trace. `aTrace({ spans: [{ name: 'root' }, { name: 'child', parent: 1 }] })`: spans are numbered from 1.
 */
export function aTrace(parts: TraceParts = {}): Trace {
  const { id = aTraceId, requestTime = start, spans: given = [{}] } = parts;
  const spans = given.map((span, index) => aSpan({ traceId: id, id: index + 1, ...span }, requestTime));
  const [root] = spans;
  const info = new TraceInfo({
    traceId: id,
    state: parts.state ?? stateOf(given[0]),
    requestTimeMs: requestTime.getTime(),
    executionDurationMs: parts.durationMs ?? Math.round(given[0]?.durationMs ?? 1),
    requestText: root?.attributeTexts[AttributeKey.inputs],
    responseText: root?.attributeTexts[AttributeKey.outputs],
    tags: Object.freeze({ ...parts.tags, [TraceKey.name]: parts.name ?? root?.name ?? '' }),
    metadata: metadataOf(parts),
  });
  return freeze(new Trace(info, new TraceData(spans)));
}

/** A usage from its two counts; the total is their sum. */
export function aUsage(inputTokens: number, outputTokens: number): TokenUsage {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

function spanId(id: number | string): string {
  return typeof id === 'string' ? id : id.toString(16).padStart(16, '0');
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}

function statusOf(error: string | undefined): SpanStatus {
  return error === undefined ? { code: 'OK', message: '' } : { code: 'ERROR', message: error };
}

function stateOf(root: SpanParts | undefined): TraceState {
  if (root?.isUnfinished) return 'IN_PROGRESS';
  return root?.error === undefined && root?.status?.code !== 'ERROR' ? 'OK' : 'ERROR';
}

function metadataOf({ metadata, usage, session, user }: TraceParts): Readonly<Record<string, string>> {
  return Object.freeze({
    ...metadata,
    [TraceKey.schemaVersion]: '3',
    ...(usage === undefined ? {} : { [TraceKey.tokenUsage]: tokenUsageToJson(usage) }),
    ...(usage?.reasoningTokens === undefined ? {} : { [AttributeKey.reasoningTokens]: String(usage.reasoningTokens) }),
    ...(session === undefined ? {} : { [TraceKey.session]: session }),
    ...(user === undefined ? {} : { [TraceKey.user]: user }),
  });
}

function attributeTexts(parts: SpanParts, traceId: string): Readonly<Record<string, string>> {
  const { parent, usage } = parts;
  const values: Record<string, unknown> = {
    [AttributeKey.traceRequestId]: traceId,
    [AttributeKey.spanType]: parts.type ?? (parent === undefined ? SpanType.agent : SpanType.unknown),
    [AttributeKey.inputs]: parts.inputs,
    [AttributeKey.outputs]: parts.outputs,
    [AttributeKey.model]: parts.model,
    [AttributeKey.reasoningTokens]: usage?.reasoningTokens,
    [AttributeKey.unfinished]: parts.isUnfinished || undefined,
    ...parts.attributes,
  };
  const texts = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, JSON.stringify(value)]],
  );
  if (usage !== undefined) texts.push([AttributeKey.tokenUsage, tokenUsageToJson(usage)]);
  return Object.freeze(Object.fromEntries(texts));
}

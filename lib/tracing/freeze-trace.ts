import { SpanStatusCode } from '@opentelemetry/api';
import { AttributeKey, basicAttributes, TraceKey } from '../entities/attributes.js';
import { type SpanHead, shareTexts } from '../entities/line-writer.js';
import { Span } from '../entities/span.js';
import type { SpanStatus } from '../entities/span-status.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { tokenUsageToJson } from '../entities/token-usage-json.js';
import { freeze, Trace } from '../entities/trace.js';
import { TraceData } from '../entities/trace-data.js';
import { TraceInfo, type TraceState } from '../entities/trace-info.js';
import { addTokenUsage } from '../usage/sum-token-usage.js';
import { now, toUnixMs, unixNsText } from '../utils/clock.js';
import { deepFreeze } from '../utils/deep-freeze.js';
import { Memo } from '../utils/memo.js';
import { setOwn } from '../utils/records.js';
import type { LiveTrace } from './live-trace.js';
import type { RecordingSpan } from './recording-span.js';
import { spansOf } from './span-list.js';

const statuses: Readonly<Record<SpanStatusCode, SpanStatus>> = {
  [SpanStatusCode.UNSET]: Object.freeze({ code: 'UNSET', message: '' }),
  [SpanStatusCode.OK]: Object.freeze({ code: 'OK', message: '' }),
  [SpanStatusCode.ERROR]: Object.freeze({ code: 'ERROR', message: '' }),
};
const none: readonly never[] = Object.freeze([]);

/** A live trace as the immutable entity; spans that are still open end now, marked unfinished. */
export function freezeTrace(live: LiveTrace): Trace {
  const spans = spansOf(live);
  const info = infoOf(live, spans);
  const traceIdText = `"${info.traceId}"`;
  return freeze(new Trace(info, new TraceData(spans.map((span) => freezeSpan(span, info.traceId, traceIdText)))));
}

/** The tokens of a whole trace: a span counts only if none above it has usage, so that totals of agents count once. */
export function usageOfSpans(spans: readonly RecordingSpan[]): TokenUsage | undefined {
  let sum: TokenUsage | undefined;
  for (const span of spans) {
    if (span.usage === undefined || hasUsageAbove(span)) continue;
    sum = sum === undefined ? span.usage : addTokenUsage(sum, span.usage);
  }
  return sum;
}

function hasUsageAbove(span: RecordingSpan): boolean {
  for (let above = span.parent; above !== undefined; above = above.parent) {
    if (above.usage !== undefined && above.trace === span.trace) return true;
  }
  return false;
}

/** The summary of a trace, not frozen yet. */
export function infoOf(live: LiveTrace, spans: readonly RecordingSpan[]): TraceInfo {
  const { root } = live;
  const startMoment = root?.startMoment ?? live.startMoment;
  const startMs = toUnixMs(startMoment);
  return new TraceInfo({
    traceId: `tr-${live.traceId}`,
    state: stateOf(root),
    requestTimeMs: startMs,
    executionDurationMs: toUnixMs(root?.endMoment ?? now()) - startMs,
    requestText: root?.inputs,
    responseText: root?.outputs,
    tags: tagsOf(live),
    metadata: metadataOf(live, usageOfSpans(spans)),
  });
}

function stateOf(root: RecordingSpan | undefined): TraceState {
  if (root === undefined || !root.hasEnded) return 'IN_PROGRESS';
  return root.statusCode === SpanStatusCode.ERROR ? 'ERROR' : 'OK';
}

function tagsOf({ name, root, tags }: LiveTrace): Readonly<Record<string, string>> {
  const shown = name ?? root?.name ?? '';
  return tags === undefined ? nameTags.get(shown) : Object.freeze({ ...tags, [TraceKey.name]: shown });
}

/** The tags of a trace that has a name and no more. */
const nameTags = new Memo((name) => shareTexts(Object.freeze({ [TraceKey.name]: name })), {
  maxKeys: 1000,
  longestKey: 200,
});

/** Most traces have nothing else to say of themselves. */
const bareMetadata: Readonly<Record<string, string>> = shareTexts(Object.freeze({ [TraceKey.schemaVersion]: '3' }));

function metadataOf(live: LiveTrace, usage: TokenUsage | undefined): Readonly<Record<string, string>> {
  const { metadata: said, session, user } = live;
  const hasEnded = live.root?.hasEnded === true;
  if (hasEnded && usage === undefined && said === undefined && session === undefined && user === undefined)
    return bareMetadata;
  const metadata: Record<string, string> = { ...said, ...bareMetadata };
  if (usage !== undefined) {
    metadata[TraceKey.tokenUsage] = tokenUsageToJson(usage);
    if (usage.reasoningTokens !== undefined) metadata[AttributeKey.reasoningTokens] = String(usage.reasoningTokens);
  }
  if (!hasEnded) metadata[TraceKey.incomplete] = 'true';
  if (session !== undefined) metadata[TraceKey.session] = session;
  if (user !== undefined) metadata[TraceKey.user] = user;
  return Object.freeze(metadata);
}

/** All of a span but its attributes. */
export function headOf(span: RecordingSpan, traceId: string): SpanHead {
  const { statusCode, statusMessage, events, links } = span;
  const status = statuses[statusCode];
  return {
    traceId,
    spanId: span.spanId,
    parentId: span.parentId,
    name: span.name,
    startTimeText: unixNsText(span.startMoment),
    endTimeText: unixNsText(span.endMoment ?? now()),
    status: statusMessage === '' ? status : Object.freeze({ code: status.code, message: statusMessage }),
    events: events ?? none,
    links: links ?? none,
  };
}

function freezeSpan(span: RecordingSpan, traceId: string, traceIdText: string): Span {
  const head = headOf(span, traceId);
  const frozen = new Span({
    traceId,
    spanId: head.spanId,
    parentId: head.parentId,
    name: head.name,
    startTimeNs: head.startTimeText as `${bigint}`, // its digits
    endTimeNs: head.endTimeText as `${bigint}`,
    status: head.status,
    events: head.events === none ? none : deepFreeze(head.events.slice()),
    links: head.links === none ? none : deepFreeze(head.links.slice()),
    attributeTexts: Object.freeze(attributeTextsOf(span, traceIdText)),
  });
  Object.freeze(frozen);
  return frozen;
}

/** Attributes as JSON texts by key. */
export function attributeTextsOf(span: RecordingSpan, traceIdText: string): Readonly<Record<string, string>> {
  const { definition, usage } = span;
  const texts = basicAttributes({
    traceRequestId: traceIdText,
    type: definition.typeText,
    functionName: definition.functionNameText,
    inputs: span.inputs,
    outputs: span.outputs,
  });
  for (const [key, text] of definition.constants) texts[key] = text;
  if (span.messageFormatText !== undefined) texts[AttributeKey.messageFormat] = span.messageFormatText;
  if (usage !== undefined) {
    texts[AttributeKey.tokenUsage] = tokenUsageToJson(usage);
    if (usage.reasoningTokens !== undefined) texts[AttributeKey.reasoningTokens] = String(usage.reasoningTokens);
  }
  if (!span.hasEnded) texts[AttributeKey.unfinished] = 'true';
  if (span.attributes !== undefined) for (const [key, text] of span.attributes) setOwn(texts, key, text);
  return texts;
}

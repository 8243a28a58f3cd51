import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';
import { frozenCopy } from '../utils/deep-freeze.js';
import { parseJson } from '../utils/parse-json.js';
import { getOwn } from '../utils/records.js';
import { AttributeKey, TraceKey } from './attributes.js';
import { type Cost, costFromJson } from './cost.js';
import { FromJson, textsFromJson } from './from-json.js';
import type { TokenUsage } from './token-usage.js';
import { tokenUsageFromJson } from './token-usage-json.js';

/** `OK` or `ERROR` as the root span ended; `IN_PROGRESS` if the trace left before its root ended. */
export type TraceState = 'OK' | 'ERROR' | 'IN_PROGRESS' | 'STATE_UNSPECIFIED';

const states: ReadonlySet<string> = new Set(['OK', 'ERROR', 'IN_PROGRESS']);

/** What a trace info is made of. */
export interface TraceInfoFields {
  readonly traceId: string;
  readonly state: TraceState;
  /** Milliseconds since 1970, whole. */
  readonly requestTimeMs: number;
  readonly executionDurationMs: number;
  readonly requestText: string | undefined;
  readonly responseText: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The summary of a trace: what a list of traces shows, and the tokens of all its calls. Immutable. */
export class TraceInfo {
  /** `tr-` and the 32 hex digits of the OpenTelemetry trace id. */
  @Expose({ name: 'trace_id' })
  readonly traceId: string;

  @Expose()
  @Transform(({ value }) => (states.has(value) ? value : 'STATE_UNSPECIFIED'), { toClassOnly: true })
  readonly state: TraceState;

  /** Milliseconds since 1970. @internal */
  @Expose({ name: 'request_time' })
  @Transform(({ obj }) => new Date(obj['request_time'] ?? 0).getTime(), { toClassOnly: true })
  @Transform(({ value }) => new Date(value).toISOString(), { toPlainOnly: true })
  readonly requestTimeMs: number;

  /** From the start of the root to its end, in whole milliseconds. */
  @Expose({ name: 'execution_duration_ms' })
  @Transform(({ value }) => (Number.isFinite(value) ? value : 0), { toClassOnly: true })
  readonly executionDurationMs: number;

  /** The text that `requestPreview` is cut from. @internal */
  @Expose({ name: 'request_preview' })
  @Transform(({ value }) => (typeof value === 'string' ? value : undefined), { toClassOnly: true })
  @Transform(({ value }) => preview(value), { toPlainOnly: true })
  readonly requestText: string | undefined;

  /** The text that `responsePreview` is cut from. @internal */
  @Expose({ name: 'response_preview' })
  @Transform(({ value }) => (typeof value === 'string' ? value : undefined), { toClassOnly: true })
  @Transform(({ value }) => preview(value), { toPlainOnly: true })
  readonly responseText: string | undefined;

  /** Labels that may still change in a store; among them `mlflow.traceName`. */
  @FromJson(({ tags }) => textsFromJson(tags))
  readonly tags: { readonly [key: string]: string };

  /** Facts that stay as they were recorded; session, user and token usage are among them. */
  @FromJson((json) => textsFromJson(json['trace_metadata']))
  readonly metadata: { readonly [key: string]: string };

  /** @internal */
  @FromJson((json) => frozenCopy(json['trace_location'] ?? defaultLocation))
  readonly location: unknown;

  constructor(fields?: TraceInfoFields) {
    this.traceId = fields?.traceId ?? '';
    this.state = fields?.state ?? 'STATE_UNSPECIFIED';
    this.requestTimeMs = fields?.requestTimeMs ?? 0;
    this.executionDurationMs = fields?.executionDurationMs ?? 0;
    this.requestText = fields?.requestText;
    this.responseText = fields?.responseText;
    this.tags = fields?.tags ?? {};
    this.metadata = fields?.metadata ?? {};
    this.location = defaultLocation;
  }

  /** When the root began; whole milliseconds. */
  get requestTime(): Date {
    return new Date(this.requestTimeMs);
  }

  /** The root's inputs as JSON, cut to 1000 characters as MLflow cuts them. */
  get requestPreview(): string | undefined {
    return preview(this.requestText);
  }

  /** The root's outputs as JSON, cut to 1000 characters. */
  get responsePreview(): string | undefined {
    return preview(this.responseText);
  }

  /** The root's name, unless `updateCurrentTrace({ name })` said otherwise. */
  get name(): string | undefined {
    return getOwn(this.tags, TraceKey.name);
  }

  /** The conversation or user session the trace belongs to. */
  get session(): string | undefined {
    return getOwn(this.metadata, TraceKey.session);
  }

  get user(): string | undefined {
    return getOwn(this.metadata, TraceKey.user);
  }

  /**
   * Tokens of the whole trace; `undefined` if no span reported any. A span counts only if none of the spans above it
   * reported usage itself, so that an agent's own total does not count its LLM calls twice.
   */
  get tokenUsage(): TokenUsage | undefined {
    const text = getOwn(this.metadata, TraceKey.tokenUsage);
    if (text === undefined) return undefined;
    return tokenUsageFromJson(
      parseJson(text),
      Number(getOwn(this.metadata, AttributeKey.reasoningTokens) ?? Number.NaN),
    );
  }

  /** What these tokens cost, if whoever recorded or stored the trace has worked that out. */
  get cost(): Cost | undefined {
    const text = getOwn(this.metadata, TraceKey.cost);
    return text === undefined ? undefined : costFromJson(parseJson(text));
  }

  /** The summary in MLflow's trace JSON. */
  toJSON(): Record<string, unknown> {
    return {
      ...instanceToPlain(this, { excludeExtraneousValues: true }),
      tags: this.tags,
      trace_metadata: this.metadata,
      trace_location: this.location,
    };
  }
}

/** Where a trace is that no server has given a place. */
export const defaultLocation: unknown = Object.freeze({
  type: 'MLFLOW_EXPERIMENT',
  mlflow_experiment: Object.freeze({ experiment_id: '0' }),
});
const previewLength = 1000;

/** MLflow's columns hold 1000 code points. */
function preview(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= previewLength || endOf(text, previewLength) >= text.length) return text;
  return `${text.slice(0, endOf(text, previewLength - 3))}...`;
}

/** Where so many code points end. */
function endOf(text: string, codePoints: number): number {
  let end = 0;
  for (let count = 0; count < codePoints && end < text.length; count += 1) {
    end += Number(text.codePointAt(end)) > 0xffff ? 2 : 1;
  }
  return end;
}

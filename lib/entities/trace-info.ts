import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';
import { frozenCopy } from '../utils/deep-freeze.js';
import { parseJson } from '../utils/parse-json.js';
import { getOwn } from '../utils/records.js';
import { AttributeKey, TraceKey } from './attributes.js';
import { type Cost, costFromJson } from './cost.js';
import { FromJson, textsFromJson } from './from-json.js';
import { cutPreview, previewOf, type Speaker } from './preview.js';
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

  /** The root's inputs as JSON; of a trace that was read, the preview that was written. @internal */
  @Expose({ name: 'request_preview' })
  @Transform(({ value }) => (typeof value === 'string' ? value : undefined), { toClassOnly: true })
  @Transform(({ obj }) => obj.requestPreview, { toPlainOnly: true })
  readonly requestText: string | undefined;

  /** The root's outputs as JSON; of a trace that was read, the preview that was written. @internal */
  @Expose({ name: 'response_preview' })
  @Transform(({ value }) => (typeof value === 'string' ? value : undefined), { toClassOnly: true })
  @Transform(({ obj }) => obj.responsePreview, { toPlainOnly: true })
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

  /** What others have said of a trace that was read, and is handed on as it was. @internal */
  @FromJson(carriedFromJson)
  readonly carried: { readonly [key: string]: unknown };

  readonly #isRead: boolean;
  #requestPreview: string | undefined;
  #responsePreview: string | undefined;

  constructor(fields?: TraceInfoFields) {
    this.#isRead = fields === undefined;
    this.traceId = fields?.traceId ?? '';
    this.state = fields?.state ?? 'STATE_UNSPECIFIED';
    this.requestTimeMs = fields?.requestTimeMs ?? 0;
    this.executionDurationMs = fields?.executionDurationMs ?? 0;
    this.requestText = fields?.requestText;
    this.responseText = fields?.responseText;
    this.tags = fields?.tags ?? {};
    this.metadata = fields?.metadata ?? {};
    this.location = defaultLocation;
    this.carried = nothingCarried;
  }

  /** When the root began; whole milliseconds. */
  get requestTime(): Date {
    return new Date(this.requestTimeMs);
  }

  /**
   * What the root was asked, as MLflow's lists show it: the last words of the user where its inputs are a chat (`messages`, `input`),
   * else its inputs as JSON; 1000 characters at the most.
   */
  get requestPreview(): string | undefined {
    this.#requestPreview ??= this.#preview(this.requestText, 'user');
    return this.#requestPreview;
  }

  /** What the root answered: the assistant's words where its outputs are a chat (`choices`, `output`, `messages`), else its outputs as JSON. */
  get responsePreview(): string | undefined {
    this.#responsePreview ??= this.#preview(this.responseText, 'assistant');
    return this.#responsePreview;
  }

  /** Both previews where a store takes longer ones, in characters. @internal */
  previews(length: number): { readonly request: string | undefined; readonly response: string | undefined } {
    return {
      request: this.#preview(this.requestText, 'user', length),
      response: this.#preview(this.responseText, 'assistant', length),
    };
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
      ...this.carried,
    };
  }

  #preview(text: string | undefined, speaker: Speaker, length?: number): string | undefined {
    if (text === undefined) return undefined;
    return this.#isRead ? cutPreview(text, length) : previewOf(text, speaker, length);
  }
}

/** Where a trace is that no server has given a place. */
export const defaultLocation: unknown = Object.freeze({
  type: 'MLFLOW_EXPERIMENT',
  mlflow_experiment: Object.freeze({ experiment_id: '0' }),
});

/** Of a trace of our own: feedback comes later, and from others. */
export const nothingCarried: Readonly<Record<string, unknown>> = Object.freeze({});

function carriedFromJson({
  assessments,
  client_request_id: clientRequestId,
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isAssessed = Array.isArray(assessments) && assessments.length > 0;
  if (!isAssessed && typeof clientRequestId !== 'string') return nothingCarried;
  return Object.freeze({
    ...(isAssessed && { assessments: frozenCopy(assessments) }),
    ...(typeof clientRequestId === 'string' && { client_request_id: clientRequestId }),
  });
}

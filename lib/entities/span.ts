import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';
import { hexToBase64 } from '../utils/base64-id.js';
import { deepFreeze } from '../utils/deep-freeze.js';
import { parseJson } from '../utils/parse-json.js';
import { getOwn, setOwn } from '../utils/records.js';
import { AttributeKey, type AttributeTexts } from './attributes.js';
import { type Cost, costFromJson } from './cost.js';
import type { EventAttributeValue, SpanEvent } from './span-event.js';
import type { SpanStatus } from './span-status.js';
import type { TokenUsage } from './token-usage.js';
import { tokenUsageFromJson } from './token-usage-json.js';

/** A pointer to a span of another trace. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, EventAttributeValue>>;
}

/** What a span is made of. */
export interface SpanFields {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  /** Nanoseconds since 1970; their digits will do, and are read when somebody asks. */
  readonly startTimeNs: bigint | `${bigint}`;
  readonly endTimeNs: bigint | `${bigint}`;
  readonly status: SpanStatus;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly attributeTexts: AttributeTexts;
}

/** Shared by all spans without events or links. */
export const noEntries: readonly never[] = Object.freeze([]);
const unset: SpanStatus = Object.freeze({ code: 'UNSET', message: '' });

/**
 * One finished unit of work: an agent's turn, an LLM call, a tool call. Immutable; `inputs`, `outputs`, attributes and times are
 * parsed when first read, and frozen.
 */
export class Span {
  /** Id of the trace, `tr-` and 32 hex digits. */
  @Expose({ name: 'trace_id', toPlainOnly: true })
  @Transform(({ value }) => hexToBase64(String(value).slice(3)), { toPlainOnly: true })
  readonly traceId: string;

  /** 16 hex digits. */
  @Expose({ name: 'span_id', toPlainOnly: true })
  @Transform(({ value }) => hexToBase64(String(value)), { toPlainOnly: true })
  readonly spanId: string;

  /** The span this one ran in; `undefined` for a root. */
  @Expose({ name: 'parent_span_id', toPlainOnly: true })
  @Transform(({ value }) => (value === undefined ? null : hexToBase64(String(value))), { toPlainOnly: true })
  readonly parentId: string | undefined;

  @Expose({ toPlainOnly: true })
  readonly name: string;

  /** The digits of `startTimeNs`. @internal */
  @Expose({ name: 'start_time_unix_nano', toPlainOnly: true })
  readonly startTimeText: string;

  /** The digits of `endTimeNs`. @internal */
  @Expose({ name: 'end_time_unix_nano', toPlainOnly: true })
  readonly endTimeText: string;

  readonly status: SpanStatus;

  readonly events: readonly SpanEvent[];

  readonly links: readonly SpanLink[];

  /** The attributes as MLflow stores them: each value is JSON text. */
  readonly attributeTexts: AttributeTexts;

  #startTimeNs: bigint | undefined;
  #endTimeNs: bigint | undefined;
  #parsed: Map<string, unknown> | undefined;

  constructor(fields?: SpanFields) {
    this.traceId = fields?.traceId ?? '';
    this.spanId = fields?.spanId ?? '';
    this.parentId = fields?.parentId;
    this.name = fields?.name ?? '';
    this.startTimeText = String(fields?.startTimeNs ?? 0);
    this.endTimeText = String(fields?.endTimeNs ?? 0);
    this.status = fields?.status ?? unset;
    this.events = fields?.events ?? noEntries;
    this.links = fields?.links ?? noEntries;
    this.attributeTexts = fields?.attributeTexts ?? {};
  }

  /** Nanoseconds since 1970. */
  get startTimeNs(): bigint {
    this.#startTimeNs ??= BigInt(this.startTimeText);
    return this.#startTimeNs;
  }

  /** Nanoseconds since 1970; equal to the start where the span never ended. */
  get endTimeNs(): bigint {
    this.#endTimeNs ??= BigInt(this.endTimeText);
    return this.#endTimeNs;
  }

  /** `AGENT`, `TOOL`, `LLM`, ... (see `SpanType`); `UNKNOWN` where nobody said. */
  get type(): string {
    const type = this.getAttribute(AttributeKey.spanType);
    return typeof type === 'string' ? type : 'UNKNOWN';
  }

  /** What went in: for a decorated method its arguments by name. `undefined` if it was not captured. */
  get inputs(): unknown {
    return this.getAttribute(AttributeKey.inputs);
  }

  /** What came out; for a stream the array of its chunks. `undefined` if it was not captured or the call failed. */
  get outputs(): unknown {
    return this.getAttribute(AttributeKey.outputs);
  }

  /** What the tokens of this span cost, if whoever recorded or stored it has worked that out. */
  get cost(): Cost | undefined {
    return costFromJson(this.getAttribute(AttributeKey.cost));
  }

  /** The tokens this span reported by itself; those of its children are not in it. */
  get tokenUsage(): TokenUsage | undefined {
    return tokenUsageFromJson(
      this.getAttribute(AttributeKey.tokenUsage),
      this.getAttribute(AttributeKey.reasoningTokens),
    );
  }

  /** All attributes, parsed; among them inputs, outputs, type and token usage under MLflow's keys. */
  get attributes(): Readonly<Record<string, unknown>> {
    const attributes: Record<string, unknown> = {};
    for (const key of Object.keys(this.attributeTexts)) setOwn(attributes, key, this.getAttribute(key));
    return Object.freeze(attributes);
  }

  /**
   * The value of one attribute, `undefined` if there is none.
   *
   * @example
   * ```ts
   * span.getAttribute('mlflow.chat.tokenUsage'); // { input_tokens: 24, output_tokens: 3, total_tokens: 27 }
   * ```
   */
  getAttribute(key: string): unknown {
    const text = getOwn(this.attributeTexts, key);
    if (text === undefined) return undefined;
    this.#parsed ??= new Map();
    if (!this.#parsed.has(key)) this.#parsed.set(key, deepFreeze(parseJson(text) ?? (text === 'null' ? null : text)));
    return this.#parsed.get(key);
  }

  /** The span in MLflow's trace JSON; nanoseconds are decimal strings, since a number would round them. */
  toJSON(): Record<string, unknown> {
    return {
      ...instanceToPlain(this, { excludeExtraneousValues: true }),
      status: statusToJson(this.status),
      events: this.events.map((event) => event.toJSON()),
      links: this.links.map(linkToJson),
      attributes: this.attributeTexts,
    };
  }
}

function statusToJson({ code, message }: SpanStatus): unknown {
  return { code: `STATUS_CODE_${code}`, message };
}

function linkToJson(link: SpanLink): unknown {
  return { trace_id: link.traceId, span_id: link.spanId, attributes: link.attributes };
}

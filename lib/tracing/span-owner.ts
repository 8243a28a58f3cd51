import type { Attributes } from '@opentelemetry/api';
import type { EventAttributeValue } from '../entities/span-event.js';
import type { AskedToolCalls } from './tool-calls.js';
import type { TraceUpdate } from './trace-update.js';

/** What a span needs of the trace it is part of. `Span` is a parameter, since the span names its owner in turn. */
export interface SpanOwner<Span> {
  readonly traceId: string;
  /** Whether its id is among those that are kept; other processes are told so, too. */
  readonly isSampled: boolean;
  /** Whether its spans are gathered: those of a sampled trace, and of one that may be kept for what is in it. */
  readonly isRecorded: boolean;
  /** Whether the trace is on its way to the exporters: spans that begin later begin a new one. */
  readonly hasLeft: boolean;
  /** Characters that inputs, outputs and attributes may still take. */
  readonly payloadLeft: number;
  /** Counts a captured text against them. */
  charge(text: string): string;
  chargeLength(length: number): void;
  /** JSON text of the arguments of a span's call. */
  captureArguments(span: Span, args: ArrayLike<unknown>): string | undefined;
  /** JSON text of a value; `key` is the name it stands under, which may be that of a secret. */
  captureText(value: unknown, path: string, key?: string): string;
  /** A text that stands by itself. */
  captureLine(text: unknown, path: string, key?: string): string;
  /** Attributes of events and links: flat, so they stay values. */
  captureFlat(attributes: Attributes, path: string): Readonly<Record<string, EventAttributeValue>>;
  update(update: TraceUpdate): void;
  session: string | undefined;
  user: string | undefined;
  /** The tool calls that models have asked for; `undefined` until one of them has answered. */
  asked: AskedToolCalls | undefined;
  /** Whether any of its agents has a budget. */
  hasBudget: boolean;
  /** Makes a span the parent of others that began later than it, and puts it before them. */
  adopt(parent: Span, children: readonly Span[]): void;
  onSpanStart(span: Span): void;
  onSpanEnd(span: Span): void;
}

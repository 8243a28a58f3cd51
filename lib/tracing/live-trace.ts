import { clearTimeout, setTimeout } from 'node:timers';
import type { Attributes } from '@opentelemetry/api';
import type { EventAttributeValue } from '../entities/span-event.js';
import { now } from '../utils/clock.js';
import { setOwn } from '../utils/records.js';
import { textOf } from '../utils/text-of.js';
import { entriesOf } from './api-input.js';
import type { Capture } from './capture/capture.js';
import { redactedMark } from './capture/secret-shapes.js';
import { withMessage } from './exception-facts.js';
import type { RecordingSpan } from './recording-span.js';
import { appendSpan, moveSpan, type SpanList } from './span-list.js';
import type { SpanOwner } from './span-owner.js';
import type { AskedToolCalls } from './tool-calls.js';
import type { TraceUpdate } from './trace-update.js';

type FlatAttributes = Readonly<Record<string, EventAttributeValue>>;

const messageKey = 'exception.message';
const stackKey = 'exception.stacktrace';

/** What a trace needs of the recorder that began it. */
export interface TraceKeeper {
  readonly capture: Capture;
  readonly maxTraceLength: number;
  readonly lateSpanMs: number;
  /** Whether also traces are recorded that are not sampled: they may be kept for what is in them. */
  readonly recordsAll: boolean;
  captureArguments(span: RecordingSpan, args: ArrayLike<unknown>): string | undefined;
  captureValue(value: unknown, path: string, budget: number): string;
  onTraceLate(trace: LiveTrace): void;
  onTraceEnd(trace: LiveTrace): void;
}

/** A trace that is still open: gathers its spans until the root has ended and the last child is back. */
export class LiveTrace implements SpanOwner<RecordingSpan>, SpanList {
  readonly traceId: string;
  readonly isSampled: boolean;
  readonly isRecorded: boolean;
  readonly startMoment: number;
  /** Its spans, in the order of their start: the root is the first. */
  first: RecordingSpan | undefined = undefined;
  last: RecordingSpan | undefined = undefined;
  /** `undefined` until somebody says something. */
  tags: Record<string, string> | undefined = undefined;
  metadata: Record<string, string> | undefined = undefined;
  session: string | undefined = undefined;
  user: string | undefined = undefined;
  name: string | undefined = undefined;
  hasLeft = false;
  asked: AskedToolCalls | undefined = undefined;
  hasBudget = false;
  /** Neighbours in the list of open traces. */
  older: LiveTrace | undefined = undefined;
  newer: LiveTrace | undefined = undefined;
  /** Characters of inputs, outputs and attributes so far. */
  payloadLength = 0;
  openSpans = 0;
  readonly #recorder: TraceKeeper;
  #lateTimer: NodeJS.Timeout | undefined = undefined;

  constructor(recorder: TraceKeeper, traceId: string, isSampled: boolean) {
    this.#recorder = recorder;
    this.traceId = traceId;
    this.isSampled = isSampled;
    this.isRecorded = isSampled || recorder.recordsAll;
    this.startMoment = now();
  }

  get root(): RecordingSpan | undefined {
    return this.first;
  }

  get payloadLeft(): number {
    return Math.max(0, this.#recorder.maxTraceLength - this.payloadLength);
  }

  onSpanStart(span: RecordingSpan): void {
    this.openSpans += 1;
    // What is not recorded is counted, not kept.
    if (this.isRecorded || this.first === undefined) appendSpan(this, span);
  }

  adopt(parent: RecordingSpan, children: readonly RecordingSpan[]): void {
    for (const child of children) {
      child.parent = parent;
      child.parentId = parent.spanId;
    }
    const [first] = children;
    if (first === undefined) return;
    moveSpan(this, parent, first);
  }

  onSpanEnd(span: RecordingSpan): void {
    this.openSpans -= 1;
    if (this.hasLeft) return;
    if (this.openSpans === 0) this.leave();
    else if (span === this.first) this.#waitForTheLate();
  }

  /** Hands the trace on as it is; spans that are still open are marked unfinished. */
  leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.asked = undefined; // the arguments are the program's own objects
    if (this.#lateTimer !== undefined) this.#endLateTimer();
    this.#recorder.onTraceEnd(this);
  }

  update(update: TraceUpdate): void {
    if (update.tags !== undefined) this.tags = this.#merged(this.tags, update.tags, 'tags');
    if (update.metadata !== undefined) this.metadata = this.#merged(this.metadata, update.metadata, 'metadata');
    if (update.session !== undefined) this.session = this.captureLine(update.session, 'session');
    if (update.user !== undefined) this.user = this.captureLine(update.user, 'user');
    if (update.name !== undefined) this.name = this.captureLine(update.name, 'name');
  }

  captureArguments(span: RecordingSpan, args: ArrayLike<unknown>): string | undefined {
    return this.#recorder.captureArguments(span, args);
  }

  captureText(value: unknown, path: string, key?: string): string {
    if (key !== undefined && this.#recorder.capture.isSecret(key, value)) return this.charge(`"${redactedMark}"`);
    return this.charge(this.#recorder.captureValue(value, path, this.payloadLeft));
  }

  charge(text: string): string {
    this.chargeLength(text.length);
    return text;
  }

  chargeLength(length: number): void {
    this.payloadLength += length;
  }

  captureLine(text: unknown, path: string, key?: string): string {
    const { capture } = this.#recorder;
    if (key !== undefined && capture.isSecret(key, text)) return this.charge(redactedMark);
    return this.charge(capture.text(textOf(text), path));
  }

  captureFlat(attributes: Attributes, path: string): FlatAttributes {
    const flat: Record<string, EventAttributeValue> = {};
    for (const [key, value] of entriesOf(attributes)) {
      if (value === undefined) continue;
      const place = `${path}.${key}`;
      const captured =
        typeof value === 'string'
          ? this.captureLine(key === stackKey ? this.#stackOf(value, attributes, flat) : value, place, key)
          : (JSON.parse(this.captureText(value, place, key)) as EventAttributeValue); // what was just written
      setOwn(flat, this.captureLine(key, path), captured);
    }
    return flat;
  }

  /** What the user's own rule hides of a message must not stand at the head of the stack. */
  #stackOf(stack: string, { [messageKey]: message }: Attributes, { [messageKey]: shown }: FlatAttributes): string {
    return this.#recorder.capture.asksByPath ? withMessage(stack, message, shown) : stack;
  }

  #merged(
    known: Record<string, string> = {},
    more: Readonly<Record<string, string | undefined>>,
    path: string,
  ): Record<string, string> {
    for (const [key, value] of Object.entries(more)) {
      if (value === undefined) continue;
      setOwn(known, this.captureLine(key, path), this.captureLine(value, `${path}.${key}`, key));
    }
    return known;
  }

  #endLateTimer(): void {
    clearTimeout(this.#lateTimer);
    this.#lateTimer = undefined; // it holds the context that it was set in
  }

  /** A child outlives its root: fire and forget, or a stream handed on. */
  #waitForTheLate(): void {
    this.#recorder.onTraceLate(this);
    this.#lateTimer = setTimeout(() => this.leave(), this.#recorder.lateSpanMs);
    this.#lateTimer.unref();
  }
}

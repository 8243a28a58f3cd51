import type { Attributes } from '@opentelemetry/api';
import type { EventAttributeValue } from '../entities/span-event.js';
import { now } from '../utils/clock.js';
import { setOwn } from '../utils/records.js';
import type { Recorder } from './recorder.js';
import type { RecordingSpan } from './recording-span.js';

/** What may be said of the trace one is in. Keys that are left out stay as they are. */
export interface TraceUpdate {
  /** Labels; merged. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Facts; merged. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The conversation or user session the trace belongs to. */
  readonly session?: string;
  readonly user?: string;
  /** Shown in lists in place of the root's name. */
  readonly name?: string;
}

/** A trace that is still open: gathers its spans until the root has ended and the last child is back. */
export class LiveTrace {
  readonly traceId: string;
  readonly isSampled: boolean;
  readonly startMoment: number;
  readonly spans: RecordingSpan[] = [];
  readonly tags: Record<string, string> = {};
  readonly metadata: Record<string, string> = {};
  session: string | undefined = undefined;
  user: string | undefined = undefined;
  name: string | undefined = undefined;
  /** Set once the trace is on its way to the exporters; spans that begin later begin a new trace. */
  hasLeft = false;
  readonly #recorder: Recorder;
  #openSpans = 0;
  #payloadLength = 0;
  #lateTimer: NodeJS.Timeout | undefined = undefined;

  constructor(recorder: Recorder, traceId: string, isSampled: boolean) {
    this.#recorder = recorder;
    this.traceId = traceId;
    this.isSampled = isSampled;
    this.startMoment = now();
  }

  get root(): RecordingSpan | undefined {
    return this.spans[0];
  }

  /** Characters that inputs, outputs and attributes may still take. */
  get payloadLeft(): number {
    return Math.max(0, this.#recorder.maxTraceLength - this.#payloadLength);
  }

  onSpanStart(span: RecordingSpan): void {
    this.#openSpans += 1;
    // What is not sampled is counted, not kept.
    if (this.isSampled || this.spans.length === 0) this.spans.push(span);
  }

  onSpanEnd(span: RecordingSpan): void {
    this.#openSpans -= 1;
    if (this.hasLeft) return;
    if (this.#openSpans === 0) this.leave();
    else if (span === this.spans[0]) this.#waitForTheLate();
  }

  /** Hands the trace on as it is; spans that are still open are marked unfinished. */
  leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    clearTimeout(this.#lateTimer);
    this.#recorder.onTraceEnd(this);
  }

  update(update: TraceUpdate): void {
    for (const [key, value] of Object.entries(update.tags ?? {}))
      setOwn(this.tags, this.captureLine(key, 'tags'), this.captureLine(value, 'tags'));
    for (const [key, value] of Object.entries(update.metadata ?? {}))
      setOwn(this.metadata, this.captureLine(key, 'metadata'), this.captureLine(value, 'metadata'));
    if (update.session !== undefined) this.session = this.captureLine(update.session, 'session');
    if (update.user !== undefined) this.user = this.captureLine(update.user, 'user');
    if (update.name !== undefined) this.name = this.captureLine(update.name, 'name');
  }

  /** JSON text of a value, taken from the trace's budget. */
  captureText(value: unknown, path: string): string {
    return this.charge(this.#recorder.captureValue(value, path, this.payloadLeft));
  }

  /** Counts a captured text against the trace's budget. */
  charge(text: string): string {
    this.#payloadLength += text.length;
    return text;
  }

  /** A text that stands by itself: redacted and bounded. */
  captureLine(text: unknown, path: string): string {
    return this.charge(this.#recorder.capture.text(typeof text === 'string' ? text : String(text), path));
  }

  /** Attributes of events and links: flat, so they stay values. */
  captureFlat(attributes: Attributes, path: string): Readonly<Record<string, EventAttributeValue>> {
    const flat: Record<string, EventAttributeValue> = {};
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'string') setOwn(flat, key, this.captureLine(value, `${path}.${key}`));
      else if (value !== undefined)
        setOwn(flat, key, JSON.parse(this.captureText(value, `${path}.${key}`)) as EventAttributeValue); // what was just written
    }
    return flat;
  }

  /** A child outlives its root: fire and forget, or a stream handed on. */
  #waitForTheLate(): void {
    this.#recorder.onTraceLate(this);
    this.#lateTimer = setTimeout(() => this.leave(), this.#recorder.lateSpanMs);
    this.#lateTimer.unref();
  }
}

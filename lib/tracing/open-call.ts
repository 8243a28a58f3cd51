import type { Context } from '@opentelemetry/api';
import type { Call } from './contexts.js';
import type { Recorder } from './recorder.js';
import type { RecordingSpan } from './recording-span.js';
import type { SpanDefinition } from './span-definition.js';

/** One call of a decorated function. */
export interface TracedCall extends Call {
  readonly definition: SpanDefinition;
}

/** A span that is open, and the call it stands for. */
export interface OpenCall {
  readonly recorder: Recorder;
  readonly span: RecordingSpan;
  readonly call: TracedCall;
  /** The context the call runs in: the span is current there. */
  readonly context: Context;
}

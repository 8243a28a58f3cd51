import { INVALID_SPAN_CONTEXT, type SpanContext } from '@opentelemetry/api';
import type { LiveSpan } from './live-span.js';

/** Stands in where nothing is recorded, so that nobody has to ask. */
class NonRecordingSpan implements LiveSpan {
  spanContext(): SpanContext {
    return INVALID_SPAN_CONTEXT;
  }
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  setInputs(): this {
    return this;
  }
  setOutputs(): this {
    return this;
  }
  setTokenUsage(): this {
    return this;
  }
  end(): void {}
  isRecording(): boolean {
    return false;
  }
  recordException(): void {}
}

/** The one span that records nothing. */
export const nonRecordingSpan: LiveSpan = new NonRecordingSpan();

import type { Span } from '@opentelemetry/api';
import type { TokenUsage } from '../entities/token-usage.js';

/**
 * A span that is still open: OpenTelemetry's `Span` and what agents need beyond it. After `end()`, and while tracing is off,
 * every method does nothing and returns the span.
 */
export interface LiveSpan extends Span {
  /** Replaces what went in. Captured at once: later changes to the value are not seen. */
  setInputs(inputs: unknown): this;
  /** Replaces what came out; the method's own result does not overwrite it. */
  setOutputs(outputs: unknown): this;
  /** Says how many tokens this call used. A missing total is input + output; counts that are no whole numbers are ignored. */
  setTokenUsage(usage: Partial<TokenUsage>): this;
}

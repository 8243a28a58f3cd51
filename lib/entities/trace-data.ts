import 'reflect-metadata';
import { Expose, Type } from 'class-transformer';
import { Span } from './span.js';

/** The spans of a trace, in the order in which they started. */
export class TraceData {
  @Expose()
  @Type(() => Span)
  readonly spans: readonly Span[];

  constructor(spans: readonly Span[] = []) {
    this.spans = spans;
  }

  /** The spans in MLflow's trace JSON. */
  toJSON(): Record<string, unknown> {
    return { spans: this.spans.map((span) => span.toJSON()) };
  }
}

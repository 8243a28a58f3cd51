import 'reflect-metadata';
import { FromJson } from './from-json.js';
import type { Span } from './span.js';
import { spansFromJson } from './spans-from-json.js';

/** The spans of a trace, in the order in which they started. */
export class TraceData {
  @FromJson(({ spans }) => spansFromJson(spans))
  readonly spans: readonly Span[];

  constructor(spans: readonly Span[] = []) {
    this.spans = spans;
  }

  /** The spans in MLflow's trace JSON. */
  toJSON(): Record<string, unknown> {
    return { spans: this.spans.map((span) => span.toJSON()) };
  }
}

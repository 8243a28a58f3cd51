import { LineWriter } from './line-writer.js';
import type { Trace } from './trace.js';

/**
 * The trace as one line of JSON, without a line break: what `trace.toJSON()` says, with nanoseconds as bare integers.
 * Written directly, since it is how traces are stored; a spec proves that both agree.
 *
 * @example
 * ```ts
 * const line = traceToLine(trace);
 * Trace.fromJSON(line); // equals trace
 * ```
 */
export function traceToLine(trace: Trace): string {
  return written(trace).line();
}

/** The trace's spans alone, as MLflow keeps them in a file (`traces.json`). */
export function spansToJson(trace: Trace): string {
  return written(trace).data();
}

function written({ info, data }: Trace): LineWriter {
  const writer = new LineWriter(info, data.spans.length);
  for (const span of data.spans) writer.add(span, writer.attributes(span.attributeTexts));
  return writer;
}

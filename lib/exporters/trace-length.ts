import type { Trace } from '../entities/trace.js';

/** Characters of a trace's inputs, outputs and attributes: what it weighs in memory, nearly. */
export function traceLength(trace: Trace): number {
  let length = 0;
  for (const { attributeTexts } of trace.data.spans) {
    for (const key of Object.keys(attributeTexts)) length += attributeTexts[key]?.length ?? 0;
  }
  return length;
}

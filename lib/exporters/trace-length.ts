import type { Trace } from '../entities/trace.js';

/** Characters of a trace's inputs, outputs and attributes: what it weighs in memory, nearly. */
export function traceLength(trace: Trace): number {
  let length = 0;
  for (const { attributeTexts } of trace.data.spans) {
    for (const key in attributeTexts) length += (attributeTexts[key] as string).length; // a key of its own
  }
  return length;
}

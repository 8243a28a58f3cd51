import type { Trace } from '../../entities/trace.js';

/** Characters of all attributes of a trace: nearly all that it takes on the wire. */
export function traceLength({ data }: Trace): number {
  let length = 0;
  for (const { attributeTexts } of data.spans) for (const text of Object.values(attributeTexts)) length += text.length;
  return length;
}

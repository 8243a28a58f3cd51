import { Trace } from '../../entities/trace.js';
import type { SegmentLine } from './segment-lines.js';

/** Lines of a segment by what they hold. */
export interface ParsedLines {
  readonly traces: readonly Trace[];
  /** Those that are no traces. */
  readonly bad: readonly string[];
}

export function parseLines(lines: readonly SegmentLine[]): ParsedLines {
  const traces: Trace[] = [];
  const bad: string[] = [];
  for (const { text } of lines) {
    try {
      traces.push(Trace.fromJSON(text));
    } catch {
      bad.push(text);
    }
  }
  return { traces, bad };
}

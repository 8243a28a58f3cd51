import { Trace } from '../../entities/trace.js';
import type { Waiting } from '../backlog.js';
import type { SegmentLine } from './segment-lines.js';

/** Lines of a segment by what they hold. */
export interface ParsedLines {
  readonly waiting: readonly Waiting[];
  /** Those that are no traces. */
  readonly bad: readonly string[];
}

export function parseLines(lines: readonly SegmentLine[]): ParsedLines {
  const waiting: Waiting[] = [];
  const bad: string[] = [];
  for (const { text } of lines) {
    try {
      waiting.push({ trace: Trace.fromJSON(text), length: text.length });
    } catch {
      bad.push(text);
    }
  }
  return { waiting, bad };
}

import { constants, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A link in the folder could lead anywhere; where the system knows no such flag, there are none. */
export const noFollow: number = constants.O_NOFOLLOW | 0;
/** Held at once, at the most, but for one line. */
export const maxReadBytes = 4_194_304;
const newline = 0x0a;
const chunkBytes = 256 * 1024;
const longestNote = 40;
const note = /^\{"delivered":(\d+)\}$/;

/** The line that says that all traces before this place have been delivered. */
export function deliveredLine(end: number): string {
  return `{"delivered":${end}}\n`;
}

/** A line that holds a trace, or is meant to. */
export interface SegmentLine {
  readonly text: string;
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

/** The lines that are no notes, nor empty, of what stands in a file from a place on. */
export function tracesIn(bytes: Buffer, from: number): readonly SegmentLine[] {
  return [...wholeLines(bytes, from)].filter(({ text }) => holdsTrace(text));
}

/** What stands behind the last line break is left out: it may be written just now. */
function* wholeLines(bytes: Buffer, from: number): Generator<SegmentLine> {
  let start = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, start)) {
    yield { text: bytes.toString('utf8', start, at), start: from + start, end: from + at + 1 };
    start = at + 1;
  }
}

function holdsTrace(text: string): boolean {
  return text !== '' && !note.test(text);
}

/** How much is read at once. */
export interface ReadLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** Some lines of a segment. */
export interface SegmentPart {
  readonly lines: readonly SegmentLine[];
  /** Where the next part begins. */
  readonly end: number;
}

/** Reads on from a place; notes of what was delivered, and empty lines, are passed over. At least one line, if there is one. */
export async function readSegment(path: string, from: number, limits: ReadLimits): Promise<SegmentPart> {
  const lines: SegmentLine[] = [];
  let end = from;
  for await (const line of linesOf(path, from)) {
    end = line.end;
    if (holdsTrace(line.text)) lines.push(line);
    if (lines.length >= limits.maxLines || end - from >= limits.maxBytes) break;
  }
  return { lines, end };
}

/** What a segment holds that has not been delivered. */
export interface SegmentState {
  /** Up to where it has been delivered. */
  readonly delivered: number;
  /** How many lines stand behind that place, notes left out. */
  readonly waiting: number;
  /** Whether its last line has no end: the process died, or the disk was full, while it was written. */
  readonly isTorn: boolean;
}

/** Reads the file as a whole: it is none of those that grow without end. Throws what the system says. */
export function segmentState(path: string): SegmentState {
  const bytes = readFileSync(path);
  const starts: number[] = [];
  let delivered = 0;
  let start = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    const mark = end - start > longestNote ? undefined : note.exec(bytes.toString('latin1', start, end))?.[1];
    // A note speaks of what stands before it; another is damaged.
    if (mark !== undefined && Number(mark) <= start) delivered = Number(mark);
    else if (end > start) starts.push(start);
    start = end + 1;
  }
  return { delivered, waiting: starts.filter((one) => one >= delivered).length, isTorn: start < bytes.length };
}

/** The whole lines of a file from a place on. */
async function* linesOf(path: string, from: number): AsyncGenerator<SegmentLine> {
  const file = await open(path, constants.O_RDONLY | noFollow);
  try {
    let rest = Buffer.alloc(0);
    let start = from;
    for (;;) {
      // A long line is read in few steps, each of which copies what there is of it.
      const chunk = Buffer.alloc(Math.max(chunkBytes, rest.length));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, start + rest.length);
      if (bytesRead === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let end = start;
      for (const line of wholeLines(bytes, start)) {
        yield line;
        end = line.end;
      }
      rest = bytes.subarray(end - start);
      start = end;
    }
  } finally {
    await file.close();
  }
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A link in the folder could lead anywhere; where the system knows no such flag, there are none. */
export const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const newline = 0x0a;
const chunkBytes = 256 * 1024;
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
  /** What stands behind the last line break: a line that was cut short. Empty but at the end of the file. */
  readonly torn: string;
}

/** Reads on from a place; notes of what was delivered are passed over. At least one line, if there is one. */
export async function readSegment(path: string, from: number, limits: ReadLimits): Promise<SegmentPart> {
  const lines: SegmentLine[] = [];
  let end = from;
  let torn = '';
  for await (const line of linesOf(path, from)) {
    if (!line.isWhole) torn = line.text;
    else {
      end = line.end;
      if (!note.test(line.text)) lines.push(line);
    }
    if (lines.length >= limits.maxLines || end - from >= limits.maxBytes) break;
  }
  return { lines, end, torn };
}

/** Up to where a segment has been delivered. */
export async function deliveredIn(path: string): Promise<number> {
  let delivered = 0;
  for await (const { text } of linesOf(path, 0)) {
    const end = note.exec(text)?.[1];
    if (end !== undefined) delivered = Number(end);
  }
  return delivered;
}

interface FileLine extends SegmentLine {
  readonly isWhole: boolean;
}

async function* linesOf(path: string, from: number): AsyncGenerator<FileLine> {
  const file = await open(path, constants.O_RDONLY | noFollow);
  try {
    let rest = Buffer.alloc(0);
    let start = from;
    for (;;) {
      // A long line is read in few steps, each of which copies what there is of it.
      const chunk = Buffer.alloc(Math.max(chunkBytes, rest.length));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, start + rest.length);
      if (bytesRead === 0) break;
      let bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline)) {
        yield { text: bytes.toString('utf8', 0, at), start, end: start + at + 1, isWhole: true };
        start += at + 1;
        bytes = bytes.subarray(at + 1);
      }
      rest = bytes;
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), start, end: start + rest.length, isWhole: false };
  } finally {
    await file.close();
  }
}

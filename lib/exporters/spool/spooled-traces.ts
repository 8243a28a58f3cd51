import type { Drop, Waiting } from '../backlog.js';
import type { HeldTraces } from './held-traces.js';
import { OwnReader, type OwnReaderParts } from './own-reader.js';
import type { OwnSegments } from './own-segments.js';
import { parseLines } from './parse-lines.js';
import type { SegmentFile, SegmentPlace } from './segment-file.js';
import type { SegmentLine } from './segment-lines.js';
import type { Taken } from './taken.js';

/** What it is made of. */
export interface SpooledTracesParts extends OwnReaderParts {
  readonly own: OwnSegments;
  readonly held: HeldTraces;
  /** Does what the disk may not allow. */
  readonly safely: (act: () => void) => void;
}

/** How much is taken. */
export interface SpooledTracesWish {
  readonly most: number;
  /** Whether the oldest waits while the next one is tried: if that is taken, the oldest was to blame for all failures. */
  readonly isProbe: boolean;
}

/** Some lines of one of our own files. They stand on disk alone: what has been read is let go of. */
interface OwnPart {
  readonly segment: SegmentFile;
  readonly lines: number;
  /** From the first to the last of them. */
  readonly place: SegmentPlace;
  readonly waiting: readonly Waiting[];
  /** Those that are no traces. */
  readonly bad: readonly string[];
  readonly suspects: readonly SegmentLine[];
}

/** Traces of this process that wait on disk alone. */
export class SpooledTraces {
  readonly #own: OwnSegments;
  readonly #held: HeldTraces;
  readonly #reader: OwnReader;
  readonly #drop: Drop;
  readonly #safely: (act: () => void) => void;

  constructor({ own, held, safely, ...parts }: SpooledTracesParts) {
    this.#own = own;
    this.#held = held;
    this.#reader = new OwnReader(own, parts);
    this.#drop = parts.drop;
    this.#safely = safely;
  }

  /** The oldest; `undefined` where there are none, or they cannot be read now. */
  async take({ most, isProbe }: SpooledTracesWish): Promise<Taken | undefined> {
    for (let segment = this.#own.firstSpooled; segment !== undefined; segment = this.#own.firstSpooled) {
      const lines = await this.#reader.read(segment, isProbe ? 2 : most);
      if (lines === undefined) return undefined;
      const part = partOf({ segment, lines, isProbe });
      if (part === undefined) continue;
      segment.noteRead(part.lines, part.place.end);
      if (part.waiting.length > 0) return this.#taken(part);
      this.#acknowledge(part);
    }
    return undefined;
  }

  #taken(part: OwnPart): Taken {
    return {
      traces: part.waiting.map(({ trace }) => trace),
      own: part.lines,
      acknowledge: () => this.#acknowledge(part),
      putBack: () => this.#putBack(part),
    };
  }

  #acknowledge({ segment, place, bad, suspects }: OwnPart): void {
    this.#safely(() => this.#own.acknowledge(place));
    this.#safely(() => this.#reader.setAside(segment, { reason: 'spool damaged', texts: bad }));
    const texts = suspects.map(({ text }) => text);
    this.#safely(() => this.#reader.setAside(segment, { reason: 'rejected', texts }));
  }

  #putBack(part: OwnPart): void {
    const { segment, place } = part;
    if (segment.isGone) return this.#rescue(part);
    segment.noteForgotten(part.lines, place.start);
    // What was added meanwhile stands behind it on disk, and must not leave before it.
    this.#held.forget();
  }

  /** The file was deleted to make room, meanwhile: there is no other copy. */
  #rescue(part: OwnPart): void {
    const suspects = parseLines(part.suspects);
    for (const one of [...suspects.waiting, ...part.waiting]) this.#held.hold({ ...one, place: undefined });
    this.#drop('spool damaged', part.bad.length + suspects.bad.length);
  }
}

interface LinesRead {
  readonly segment: SegmentFile;
  readonly lines: readonly SegmentLine[];
  readonly isProbe: boolean;
}

/** `undefined` where there are no lines: they were written anew. */
function partOf({ segment, lines, isProbe }: LinesRead): OwnPart | undefined {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const suspects = isProbe && lines.length === 2 ? [first] : [];
  const place = { segment, start: first.start, end: last.end };
  return { segment, lines: lines.length, place, suspects, ...parseLines(lines.slice(suspects.length)) };
}

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
}

/** Traces of this process that wait on disk alone. */
export class SpooledTraces {
  readonly #own: OwnSegments;
  readonly #held: HeldTraces;
  readonly #reader: OwnReader;
  readonly #drop: Drop;

  constructor({ own, held, ...parts }: SpooledTracesParts) {
    this.#own = own;
    this.#held = held;
    this.#reader = new OwnReader(own, parts);
    this.#drop = parts.drop;
  }

  /** The oldest; `undefined` where there are none, or they cannot be read now. There may be none among them that is a trace. */
  async take(most: number): Promise<Taken | undefined> {
    for (let segment = this.#own.firstSpooled; segment !== undefined; segment = this.#own.firstSpooled) {
      const lines = await this.#reader.read(segment, most);
      if (lines === undefined) return undefined;
      const part = partOf(segment, lines);
      if (part === undefined) continue;
      segment.noteRead(part.lines, part.place.end);
      return this.#taken(part);
    }
    return undefined;
  }

  #taken(part: OwnPart): Taken {
    const { segment, place, bad } = part;
    return {
      traces: part.waiting.map(({ trace }) => trace),
      own: part.lines,
      place: () => (segment.isGone ? undefined : place),
      acknowledge: () => this.#reader.setAside(segment, bad),
      putBack: () => this.#putBack(part),
    };
  }

  #putBack({ segment, place, lines, waiting, bad }: OwnPart): void {
    if (segment.isGone) {
      // To make room, meanwhile: there is no other copy.
      for (const one of waiting) this.#held.hold({ waiting: one, place: undefined });
      this.#drop('spool damaged', bad.length);
      return;
    }
    segment.noteForgotten(lines, place.start);
    // What was added meanwhile stands behind it on disk, and must not leave before it.
    this.#held.forget();
  }
}

/** `undefined` where there are no lines: they were written anew. */
function partOf(segment: SegmentFile, lines: readonly SegmentLine[]): OwnPart | undefined {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { segment, lines: lines.length, place: { segment, start: first.start, end: last.end }, ...parseLines(lines) };
}

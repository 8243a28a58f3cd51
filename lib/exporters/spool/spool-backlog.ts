import type { Trace } from '../../entities/trace.js';
import { traceToLine } from '../../entities/trace-line.js';
import type { Backlog, BacklogStats, Batch, Drop, Outcome, Settlement, Waiting } from '../backlog.js';
import type { MemoryBacklogLimits } from '../memory-backlog.js';
import { Leftovers } from './leftovers.js';
import { OwnReader } from './own-reader.js';
import { OwnSegments, type SpoolLimits } from './own-segments.js';
import { parseLines } from './parse-lines.js';
import type { SegmentFile, SegmentPlace } from './segment-file.js';
import { maxReadBytes, type SegmentLine } from './segment-lines.js';
import type { SpoolFolder } from './spool-folder.js';

/** What a spooled backlog is made of. */
export interface SpoolBacklogParts {
  readonly folder: SpoolFolder;
  readonly limits: SpoolLimits;
  /** Of what stands in memory as well as on disk: what waits longer is read again. */
  readonly held: MemoryBacklogLimits;
  /** Of what stands in memory only, where the disk takes nothing. */
  readonly memory: MemoryBacklogLimits;
  readonly drop: Drop;
  /** Told what goes wrong with the spool, in a sentence. */
  readonly tell: (what: string) => void;
}

/** A trace in memory, and where it stands on disk; `undefined` where it could not be written. */
interface Held extends Waiting {
  readonly place: SegmentPlace | undefined;
}

/** What is handed over, and what becomes of it then. */
interface Taken {
  readonly traces: readonly Trace[];
  /** Traces of this process; those of other runs are in no sum of it. */
  readonly own: number;
  /** It has been delivered. */
  readonly acknowledge: () => void;
  /** It has not, and comes again. */
  readonly putBack: () => void;
}

/** As many as make one out of the largest batch, and some. */
const failuresBeforeProbe = 10;

/** Lines of one of our own files. */
interface OwnPart {
  readonly segment: SegmentFile;
  readonly lines: readonly SegmentLine[];
  /** From the first to the last of them. */
  readonly place: SegmentPlace;
}

/**
 * Traces that wait on disk until they have been delivered. Each is written when it is added; the newest are held in memory as well, as
 * long as none older stand on disk only. So the order is kept, and what has been delivered is all that stands before one place.
 */
export class SpoolBacklog implements Backlog {
  readonly looksEveryMs = 60_000;
  readonly #parts: SpoolBacklogParts;
  readonly #own: OwnSegments;
  readonly #reader: OwnReader;
  readonly #leftovers: Leftovers;
  #held: Held[] = [];
  #heldLength = 0;
  #taken: Taken | undefined;
  #recovered = 0;
  #abandoned = 0;
  /** In a row. */
  #failures = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #mayHaveLeftovers = false;

  constructor(parts: SpoolBacklogParts) {
    const { folder, limits, tell } = parts;
    this.#parts = parts;
    this.#leftovers = new Leftovers({
      folder,
      maxAgeMs: limits.maxAgeMs,
      tell: (what, abandoned = 0) => {
        this.#abandoned += abandoned;
        tell(what);
      },
    });
    this.#own = new OwnSegments(parts, (path) =>
      this.#leftovers.abandon(path, 'there is no room for newer ones (option spoolMaxBytes)'),
    );
    this.#reader = new OwnReader(this.#own, parts);
  }

  get waiting(): number {
    return this.#held.length + this.#own.spooled;
  }

  add({ trace, length }: Waiting): string | undefined {
    const place = this.#safely(() => this.#own.append(traceToLine(trace)));
    if (place === undefined && this.#isFull(length, this.#parts.memory)) return 'queue full';
    if (place !== undefined && (this.#own.spooled > 0 || this.#isFull(length, this.#parts.held))) {
      place.segment.leaveOnDisk(place);
    } else {
      this.#hold({ trace, length, place });
    }
    return undefined;
  }

  #isFull(length: number, { maxTraces, maxLength }: MemoryBacklogLimits): boolean {
    // One alone always has room.
    return this.#held.length > 0 && (this.#held.length >= maxTraces || this.#heldLength + length > maxLength);
  }

  lookAgain(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }

  async take(maxTraces: number): Promise<Batch | undefined> {
    this.#look();
    // It may be for one of them that all are refused: fewer are tried, until it is alone.
    const most = Math.max(1, Math.floor(maxTraces / 2 ** this.#failures));
    return this.#takeHeld(most) ?? (await this.#takeSpooled(most)) ?? (await this.#takeLeftovers(most));
  }

  stats(): BacklogStats {
    const queued = this.#held.length + (this.#taken?.own ?? 0);
    return { spooled: this.#own.spooled, queued, recovered: this.#recovered, abandoned: this.#abandoned };
  }

  close(): number {
    this.#taken?.putBack();
    this.#taken = undefined;
    this.#forget(this.#held);
    this.#safely(() => this.#own.close());
    this.#safely(() => this.#leftovers.close());
    return this.#held.splice(0).length;
  }

  #batch(taken: Taken): Batch {
    this.#taken = taken;
    return { traces: taken.traces, settle: (outcome) => this.#settle(taken, outcome) };
  }

  #settle(taken: Taken, outcome: Outcome): Settlement {
    if (this.#taken !== taken) return { exported: 0, lost: 0, isKept: true }; // the end came before the answer
    this.#taken = undefined;
    if (outcome.kind === 'failed') {
      this.#failures += outcome.reason === 'shutdown' ? 0 : 1;
      taken.putBack();
      return { exported: 0, lost: 0, isKept: true };
    }
    this.#failures = 0;
    this.#safely(taken.acknowledge);
    const count = taken.traces.length;
    const refused = Math.min(count, outcome.refused);
    if (taken.own > 0) return { exported: count - refused, lost: refused, isKept: false };
    this.#recovered += count - refused;
    this.#abandoned += refused;
    return { exported: 0, lost: 0, isKept: false };
  }

  #hold(held: Held): void {
    this.#held.push(held);
    this.#heldLength += held.length;
  }

  /** Out of memory what stands on disk. What could not be written stays. */
  #forget(held: readonly Held[]): void {
    this.#held = [];
    this.#heldLength = 0;
    for (const one of held) {
      if (one.place === undefined || one.place.segment.isGone) this.#hold(one);
      else one.place.segment.leaveOnDisk(one.place);
    }
  }

  #takeHeld(maxTraces: number): Batch | undefined {
    if (this.#held.length === 0) return undefined;
    const held = this.#held.splice(0, maxTraces);
    for (const { length } of held) this.#heldLength -= length;
    const last = held.findLast(({ place }) => place !== undefined)?.place;
    return this.#batch({
      traces: held.map(({ trace }) => trace),
      own: held.length,
      acknowledge: () => last && this.#own.acknowledge(last),
      // What came later stands behind it on disk, and must not leave before it.
      putBack: () => this.#forget([...held, ...this.#held]),
    });
  }

  async #takeSpooled(most: number): Promise<Batch | undefined> {
    for (let segment = this.#own.firstSpooled; segment !== undefined; segment = this.#own.firstSpooled) {
      const lines = await this.#reader.read(segment, this.#isProbe ? 2 : most);
      if (lines === undefined) return undefined;
      const [first, last] = [lines[0], lines.at(-1)];
      if (first === undefined || last === undefined) continue;
      const batch = this.#batchOf({ segment, lines, place: { segment, start: first.start, end: last.end } });
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  /** What failed alone again and again waits while the next one is tried: either the server takes nothing, or it is to blame itself. */
  get #isProbe(): boolean {
    return this.#failures >= failuresBeforeProbe && this.#failures % 2 === 1;
  }

  /** `undefined` where the lines are no traces, and are done with. */
  #batchOf({ segment, lines, place }: OwnPart): Batch | undefined {
    const suspects = this.#isProbe && lines.length === 2 ? lines.slice(0, 1) : [];
    const { traces, bad } = parseLines(lines.slice(suspects.length));
    const acknowledge = (): void => {
      this.#own.acknowledge(place);
      this.#reader.setAside(segment, { reason: 'spool damaged', texts: bad });
      this.#reader.setAside(segment, { reason: 'rejected', texts: suspects.map(({ text }) => text) });
    };
    segment.noteRead(lines.length, place.end);
    if (traces.length === 0) {
      this.#safely(acknowledge);
      return undefined;
    }
    return this.#batch({
      traces,
      own: lines.length,
      acknowledge,
      putBack: () => this.#putBack({ segment, lines, place }),
    });
  }

  #putBack({ segment, lines, place }: OwnPart): void {
    if (segment.isGone) {
      // To make room, meanwhile: there is no other copy.
      const { traces, bad } = parseLines(lines);
      this.#parts.drop('spool damaged', bad.length);
      for (const trace of traces) this.#hold({ trace, length: traceToLine(trace).length, place: undefined });
      return;
    }
    segment.noteForgotten(lines.length, place.start);
    // What was added meanwhile stands behind it on disk, and must not leave before it.
    this.#forget(this.#held);
  }

  async #takeLeftovers(maxLines: number): Promise<Batch | undefined> {
    if (!this.#mayHaveLeftovers) return undefined;
    const part = await this.#leftovers.read({ maxLines, maxBytes: maxReadBytes });
    if (part === undefined) {
      this.#mayHaveLeftovers = false;
      return undefined;
    }
    return this.#batch({
      traces: part.traces,
      own: 0,
      acknowledge: () => this.#leftovers.acknowledge(part),
      // Not before the next look: what this process makes must not wait for it.
      putBack: () => {
        this.#mayHaveLeftovers = false;
        this.#leftovers.putBack(part);
      },
    });
  }

  #look(): void {
    if (Date.now() - this.#lookedMs < this.looksEveryMs) return;
    this.#lookedMs = Date.now();
    this.#mayHaveLeftovers = true;
    this.#safely(() => this.#own.look());
    this.#safely(() => this.#leftovers.look());
  }

  /** What the disk does not allow is told; the traced program does not notice. */
  #safely<Answer>(act: () => Answer): Answer | undefined {
    try {
      return act();
    } catch (error) {
      const { folder, tell } = this.#parts;
      tell(
        `The spool '${folder.path}' cannot be used: ${String(error)}. Its traces are in memory only. Choose another folder (option spoolDir, or TRACED_AGENTS_SPOOL_DIR), or do without (spool: false).`,
      );
      return undefined;
    }
  }
}

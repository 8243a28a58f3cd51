import { join } from 'node:path';
import { traceToLine } from '../../entities/trace-line.js';
import type { Arriving, Backlog, BacklogStats, Batch, Drop, Outcome, Settlement } from '../backlog.js';
import type { MemoryBacklogLimits } from '../memory-backlog.js';
import { DeliveredMark } from './delivered-mark.js';
import { HeldTraces } from './held-traces.js';
import { Leftovers } from './leftovers.js';
import { OwnSegments, type SpoolLimits } from './own-segments.js';
import { maxReadBytes } from './segment-lines.js';
import type { SpoolFolder } from './spool-folder.js';
import { SpooledTraces } from './spooled-traces.js';
import { Suspects } from './suspects.js';
import type { Handed, Taken } from './taken.js';

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

/** As many as make one out of the largest batch, and some: what fails alone then waits while others are tried. */
const failuresBeforeSuspicion = 10;

/**
 * Traces that wait on disk until they have been delivered. Each is written when it is added; the newest are held in memory as well, as
 * long as none older stand on disk only. So the order is kept, and what has been delivered is all that stands before one place.
 */
export class SpoolBacklog implements Backlog {
  readonly looksEveryMs = 60_000;
  readonly #parts: SpoolBacklogParts;
  readonly #own: OwnSegments;
  readonly #held = new HeldTraces();
  readonly #spooled: SpooledTraces;
  readonly #leftovers: Leftovers;
  readonly #mark: DeliveredMark;
  readonly #suspects = new Suspects();
  #handed: Handed | undefined;
  #order = 0;
  #recovered = 0;
  #abandoned = 0;
  /** In a row. */
  #failures = 0;
  /** Something, until now: the server is not just down. */
  #hasTaken = false;
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
    this.#mark = new DeliveredMark(this.#own);
    this.#spooled = new SpooledTraces({ ...parts, own: this.#own, held: this.#held });
  }

  get waiting(): number {
    return this.#held.count + this.#suspects.count + this.#own.spooled;
  }

  add(arriving: Arriving): string | undefined {
    const place = this.#safely(() => this.#own.append(arriving.line));
    const { memory, held } = this.#parts;
    const { length } = arriving;
    if (place === undefined && !this.#held.hasRoom(length, memory)) return 'queue full';
    if (place !== undefined && (this.#own.spooled > 0 || !this.#held.hasRoom(length, held))) {
      place.segment.leaveOnDisk(place);
    } else {
      this.#held.hold({ waiting: arriving, place });
    }
    return undefined;
  }

  lookAgain(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }

  async take(maxTraces: number): Promise<Batch | undefined> {
    this.#look();
    // It may be for one of them that all are refused: fewer are tried, until it is alone.
    const most = Math.max(1, Math.floor(maxTraces / 2 ** this.#failures));
    for (;;) {
      const handed = this.#takeSuspect() ?? (await this.#takeOther(most)) ?? this.#suspects.takeAny();
      if (handed === undefined || handed.taken.traces.length > 0) return handed && this.#batch(handed);
      this.#noteDelivered(handed); // lines that are no traces
    }
  }

  stats(): BacklogStats {
    const queued = this.#held.count + this.#suspects.count + (this.#handed?.taken.own ?? 0);
    return { spooled: this.#own.spooled, queued, recovered: this.#recovered, abandoned: this.#abandoned };
  }

  close(): number {
    if (this.#handed !== undefined && !this.#suspects.isTried(this.#handed)) this.#handed.taken.putBack();
    this.#handed = undefined;
    const lost = this.#suspects.close() + this.#held.close();
    this.#safely(() => this.#own.close());
    this.#safely(() => this.#leftovers.close());
    return lost;
  }

  /** Where no other may wait any more, they are tried in turn. */
  #takeSuspect(): Handed | undefined {
    const isTheirTurn = this.#suspects.isFull && this.#failures % 2 === 0;
    return this.#suspects.takeDue() ?? (isTheirTurn ? this.#suspects.takeAny() : undefined);
  }

  async #takeOther(most: number): Promise<Handed | undefined> {
    const taken = this.#held.take(most) ?? (await this.#spooled.take(most)) ?? (await this.#takeLeftovers(most));
    this.#order += 1;
    return taken && { taken, order: this.#order };
  }

  #batch(handed: Handed): Batch {
    this.#handed = handed;
    return { traces: handed.taken.traces, settle: (outcome) => this.#settle(handed, outcome) };
  }

  #settle(handed: Handed, outcome: Outcome): Settlement {
    if (this.#handed !== handed) return { exported: 0, lost: 0, isKept: true }; // the end came before the answer
    this.#handed = undefined;
    if (outcome.kind === 'failed') {
      this.#putBack(handed, outcome.reason === 'shutdown');
      return { exported: 0, lost: 0, isKept: true, goesOn: handed.taken.own === 0 && this.#mayHaveLeftovers };
    }
    this.#failures = 0;
    this.#hasTaken = true;
    for (const guilty of this.#suspects.noteSuccess()) this.#setAside(guilty);
    this.#noteDelivered(handed);
    const { own, traces } = handed.taken;
    const refused = Math.min(traces.length, outcome.refused);
    const exported = traces.length - refused;
    if (own > 0) return { exported, lost: refused, isKept: false };
    this.#recovered += exported;
    this.#abandoned += refused;
    return { exported: 0, lost: 0, isKept: false };
  }

  #putBack(handed: Handed, isGivenUp: boolean): void {
    const isTried = this.#suspects.isTried(handed);
    if (isGivenUp) {
      if (isTried) this.#suspects.putBack();
      else handed.taken.putBack();
      return;
    }
    this.#failures += 1;
    this.#suspects.noteFailure();
    if (isTried) return;
    const isSuspect = this.#failures > failuresBeforeSuspicion && handed.taken.own === 1 && !this.#suspects.isFull;
    if (isSuspect) this.#suspects.add(handed);
    else handed.taken.putBack();
  }

  #noteDelivered(handed: Handed): void {
    this.#safely(() => handed.taken.acknowledge?.());
    this.#mark.note(handed);
    if (!this.#suspects.arePending) this.#safely(() => this.#mark.write());
  }

  /** Keeps for people what is never taken. */
  #setAside(guilty: Handed): void {
    const { folder, drop, tell } = this.#parts;
    this.#mark.note(guilty);
    for (const trace of guilty.taken.traces) {
      const { traceId } = trace.info;
      drop('rejected', 1);
      this.#safely(() => {
        const path = folder.setAside(join(folder.path, traceId), traceToLine(trace));
        tell(`${traceId} failed whenever it was sent, and others did not. It stands in ${path} now.`);
      });
    }
  }

  async #takeLeftovers(maxLines: number): Promise<Taken | undefined> {
    if (!this.#mayHaveLeftovers) return undefined;
    const part = await this.#leftovers.read({ maxLines, maxBytes: maxReadBytes });
    if (part === undefined) {
      this.#mayHaveLeftovers = false;
      return undefined;
    }
    return {
      traces: part.traces,
      own: 0,
      place: () => undefined,
      acknowledge: () => this.#leftovers.acknowledge(part),
      // Where the server seems to be down, not before the next look: what this process makes must not wait for it.
      putBack: () => {
        this.#mayHaveLeftovers = this.#hasTaken && this.#failures > 0 && this.#failures < failuresBeforeSuspicion;
        this.#leftovers.putBack(part, this.#mayHaveLeftovers);
      },
    };
  }

  #look(): void {
    if (performance.now() - this.#lookedMs < this.looksEveryMs) return;
    this.#lookedMs = performance.now();
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

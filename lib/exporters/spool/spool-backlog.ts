import { traceToLine } from '../../entities/trace-line.js';
import type { Backlog, BacklogStats, Batch, Drop, Outcome, Settlement, Waiting } from '../backlog.js';
import type { MemoryBacklogLimits } from '../memory-backlog.js';
import { HeldTraces } from './held-traces.js';
import { Leftovers } from './leftovers.js';
import { OwnSegments, type SpoolLimits } from './own-segments.js';
import { maxReadBytes } from './segment-lines.js';
import type { SpoolFolder } from './spool-folder.js';
import { SpooledTraces } from './spooled-traces.js';
import type { Taken } from './taken.js';

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

/** As many as make one out of the largest batch, and some. */
const failuresBeforeProbe = 10;

/**
 * Traces that wait on disk until they have been delivered. Each is written when it is added; the newest are held in memory as well, as
 * long as none older stand on disk only. So the order is kept, and what has been delivered is all that stands before one place.
 */
export class SpoolBacklog implements Backlog {
  readonly looksEveryMs = 60_000;
  readonly #parts: SpoolBacklogParts;
  readonly #own: OwnSegments;
  readonly #held: HeldTraces;
  readonly #spooled: SpooledTraces;
  readonly #leftovers: Leftovers;
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
    this.#held = new HeldTraces(this.#own);
    const safely = (act: () => void): void => this.#safely(act);
    this.#spooled = new SpooledTraces({ ...parts, own: this.#own, held: this.#held, safely });
  }

  get waiting(): number {
    return this.#held.count + this.#own.spooled;
  }

  add({ trace, length }: Waiting): string | undefined {
    const place = this.#safely(() => this.#own.append(traceToLine(trace)));
    const { memory, held } = this.#parts;
    if (place === undefined && !this.#held.hasRoom(length, memory)) return 'queue full';
    if (place !== undefined && (this.#own.spooled > 0 || !this.#held.hasRoom(length, held))) {
      place.segment.leaveOnDisk(place);
    } else {
      this.#held.hold({ trace, length, place });
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
    const taken =
      this.#held.take(most) ??
      (await this.#spooled.take({ most, isProbe: this.#isProbe })) ??
      (await this.#takeLeftovers(most));
    return taken && this.#batch(taken);
  }

  stats(): BacklogStats {
    const queued = this.#held.count + (this.#taken?.own ?? 0);
    return { spooled: this.#own.spooled, queued, recovered: this.#recovered, abandoned: this.#abandoned };
  }

  close(): number {
    this.#taken?.putBack();
    this.#taken = undefined;
    const lost = this.#held.close();
    this.#safely(() => this.#own.close());
    this.#safely(() => this.#leftovers.close());
    return lost;
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

  /** What failed alone again and again waits while the next one is tried: either the server takes nothing, or it is to blame itself. */
  get #isProbe(): boolean {
    return this.#failures >= failuresBeforeProbe && this.#failures % 2 === 1;
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
      acknowledge: () => this.#leftovers.acknowledge(part),
      // Not before the next look: what this process makes must not wait for it.
      putBack: () => {
        this.#mayHaveLeftovers = false;
        this.#leftovers.putBack(part);
      },
    };
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

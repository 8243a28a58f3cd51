import type { Trace } from '../entities/trace.js';
import { lazily } from '../utils/lazily.js';
import type { Arriving, Backlog, BacklogStats, Batch, Outcome, Settlement } from './backlog.js';
import type { TraceLines } from './exporter.js';

/** How much a backlog in memory holds. */
export interface MemoryBacklogLimits {
  readonly maxTraces: number;
  /** Characters of inputs, outputs and attributes. */
  readonly maxLength: number;
}

/** Traces that wait in memory, bounded in number and in characters. What an exporter fails to take is lost. */
export class MemoryBacklog implements Backlog {
  readonly looksEveryMs = undefined;
  readonly #limits: MemoryBacklogLimits;
  #waiting: Arriving[] = [];
  #taken: readonly Arriving[] = [];
  #length = 0;

  constructor(limits: MemoryBacklogLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(arriving: Arriving): string | undefined {
    const { maxTraces, maxLength } = this.#limits;
    const isFull =
      this.#waiting.length + this.#taken.length >= maxTraces ||
      // One alone always has room, or it could never leave.
      (this.#length > 0 && this.#length + arriving.length > maxLength);
    if (isFull) return 'queue full';
    this.#waiting.push(arriving);
    this.#length += arriving.length;
    return undefined;
  }

  take(maxTraces: number): Batch | undefined {
    if (this.#waiting.length === 0) return undefined;
    this.#taken = this.#waiting.splice(0, maxTraces);
    return new TakenTraces(this.#taken, (outcome) => this.#settle(outcome));
  }

  stats(): BacklogStats {
    return { spooled: 0, queued: this.#waiting.length + this.#taken.length };
  }

  close(): number {
    const lost = this.#waiting.length + this.#taken.length;
    this.#waiting = [];
    this.#taken = [];
    this.#length = 0;
    return lost;
  }

  #settle(outcome: Outcome): Settlement {
    const count = this.#taken.length;
    for (const { length } of this.#taken) this.#length -= length;
    this.#taken = [];
    const lost = outcome.kind === 'failed' ? count : Math.min(count, outcome.refused);
    return { exported: count - lost, lost, isKept: false };
  }
}

/** Made into what the exporter takes when it is asked for: traces, or lines. */
class TakenTraces implements Batch {
  readonly settle: (outcome: Outcome) => Settlement;
  readonly #taken: readonly Arriving[];

  constructor(taken: readonly Arriving[], settle: (outcome: Outcome) => Settlement) {
    this.#taken = taken;
    this.settle = settle;
  }

  get traces(): readonly Trace[] {
    return this.#taken.map(({ trace }) => trace);
  }

  get lines(): TraceLines {
    return lazily(this.#taken, ({ line }) => line);
  }
}

import type { Backlog, BacklogStats, Batch, Outcome, Settlement, Waiting } from './backlog.js';

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
  #waiting: Waiting[] = [];
  #taken: readonly Waiting[] = [];
  #length = 0;

  constructor(limits: MemoryBacklogLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(waiting: Waiting): string | undefined {
    const { maxTraces, maxLength } = this.#limits;
    const isFull =
      this.#waiting.length + this.#taken.length >= maxTraces ||
      // One alone always has room, or it could never leave.
      (this.#length > 0 && this.#length + waiting.length > maxLength);
    if (isFull) return 'queue full';
    this.#waiting.push(waiting);
    this.#length += waiting.length;
    return undefined;
  }

  take(maxTraces: number): Batch | undefined {
    if (this.#waiting.length === 0) return undefined;
    this.#taken = this.#waiting.splice(0, maxTraces);
    return { traces: this.#taken.map(({ trace }) => trace), settle: (outcome) => this.#settle(outcome) };
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

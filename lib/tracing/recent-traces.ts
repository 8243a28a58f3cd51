import type { Trace } from '../entities/trace.js';
import type { TraceQuery } from '../exporters/exporter.js';
import { matchesQuery } from '../exporters/match-trace.js';
import { traceLength } from '../exporters/trace-length.js';

/** How much a memory of traces holds. */
export interface RecentTracesLimits {
  /** More would outlive the collector's young generation and cost old space instead. @default 20 */
  readonly maxTraces?: number;
  /** Characters of inputs and outputs. @default 8 Mi */
  readonly maxLength?: number;
}

interface Remembered {
  readonly trace: Trace;
  readonly length: number;
}

/** The traces that ended last in this process, bounded in number and in size; the newest is always there. */
export class RecentTraces {
  readonly #traces = new Map<string, Remembered>();
  readonly #maxTraces: number;
  readonly #maxLength: number;
  #length = 0;

  constructor({ maxTraces = 20, maxLength = 8 * 1024 * 1024 }: RecentTracesLimits = {}) {
    this.#maxTraces = maxTraces;
    this.#maxLength = maxLength;
  }

  add(trace: Trace): void {
    const length = traceLength(trace);
    this.#remove(trace.info.traceId);
    this.#traces.set(trace.info.traceId, { trace, length });
    this.#length += length;
    for (const oldest of this.#traces.keys()) {
      const isFull = this.#traces.size > this.#maxTraces || this.#length > this.#maxLength;
      if (!isFull || this.#traces.size === 1) break;
      this.#remove(oldest);
    }
  }

  get(traceId: string): Trace | undefined {
    return this.#traces.get(traceId)?.trace;
  }

  /** The newest first. */
  search(query: TraceQuery): Trace[] {
    const newestFirst = [...this.#traces.values()].reverse().map(({ trace }) => trace);
    return newestFirst.filter((trace) => matchesQuery(trace.info, query));
  }

  #remove(traceId: string): void {
    const remembered = this.#traces.get(traceId);
    if (remembered === undefined) return;
    this.#traces.delete(traceId);
    this.#length -= remembered.length;
  }
}

import type { Trace } from '../entities/trace.js';
import type { TraceQuery } from '../exporters/exporter.js';
import { matchesQuery } from '../exporters/match-trace.js';

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

/**
 * The traces that ended last in this process, bounded in number and in size; the newest is always there. A short list: for
 * each trace that ends it costs less than a map.
 */
export class RecentTraces {
  /** The oldest first. */
  readonly #traces: Remembered[] = [];
  readonly #maxTraces: number;
  readonly #maxLength: number;
  #length = 0;

  constructor({ maxTraces = 20, maxLength = 8 * 1024 * 1024 }: RecentTracesLimits = {}) {
    this.#maxTraces = maxTraces;
    this.#maxLength = maxLength;
  }

  /** `length` is how many characters of inputs, outputs and attributes it has. */
  add(trace: Trace, length: number): void {
    this.#traces.push({ trace, length });
    this.#length += length;
    while (this.#traces.length > 1 && (this.#traces.length > this.#maxTraces || this.#length > this.#maxLength)) {
      this.#length -= this.#traces.shift()?.length ?? 0;
    }
  }

  /** The last one with this id. */
  get(traceId: string): Trace | undefined {
    return this.#traces.findLast(({ trace }) => trace.info.traceId === traceId)?.trace;
  }

  /** The newest first. */
  search(query: TraceQuery): Trace[] {
    const newestFirst = this.#traces.map(({ trace }) => trace).reverse();
    return newestFirst.filter((trace) => matchesQuery(trace.info, query));
  }
}

import type { Trace } from '../entities/trace.js';
import type { TraceQuery } from '../exporters/exporter.js';
import { matchesQuery } from '../exporters/match-trace.js';
import type { EndedTrace } from './ended-trace.js';

/** How much a memory of traces holds. */
export interface RecentTracesLimits {
  /** More would outlive the collector's young generation and cost old space instead. @default 20 */
  readonly maxTraces?: number;
  /** Characters of inputs and outputs. @default 8 Mi */
  readonly maxLength?: number;
}

/**
 * The traces that ended last in this process, bounded in number and in size; the newest is always there. A ring: for each
 * trace that ends it costs less than a map, or a list that is shifted.
 */
export class RecentTraces {
  readonly #traces: (EndedTrace | undefined)[] = [];
  readonly #maxTraces: number;
  readonly #maxLength: number;
  /** Where the next trace will stand. */
  #next = 0;
  #count = 0;
  #length = 0;

  constructor({ maxTraces = 20, maxLength = 8 * 1024 * 1024 }: RecentTracesLimits = {}) {
    this.#maxTraces = Math.max(1, maxTraces);
    this.#maxLength = maxLength;
  }

  add(ended: EndedTrace): void {
    if (this.#count === this.#maxTraces) this.#forgetOldest();
    this.#traces[this.#next] = ended;
    this.#next = this.#next + 1 === this.#maxTraces ? 0 : this.#next + 1;
    this.#count += 1;
    this.#length += ended.length;
    while (this.#count > 1 && this.#length > this.#maxLength) this.#forgetOldest();
  }

  /** The last one with this id. */
  get(traceId: string): Trace | undefined {
    return this.#newestFirst().find(({ id }) => `tr-${id}` === traceId)?.trace;
  }

  /** The newest first. */
  search(query: TraceQuery): Trace[] {
    return this.#newestFirst()
      .map(({ trace }) => trace)
      .filter(({ info }) => matchesQuery(info, query));
  }

  #forgetOldest(): void {
    const oldest = this.#place(this.#count);
    this.#length -= this.#traces[oldest]?.length ?? 0;
    this.#traces[oldest] = undefined;
    this.#count -= 1;
  }

  #newestFirst(): EndedTrace[] {
    // Within the count there are no gaps.
    return Array.from({ length: this.#count }, (_, age) => this.#traces[this.#place(age + 1)] as EndedTrace);
  }

  /** Where the trace stands that was added so many traces ago. */
  #place(age: number): number {
    return (this.#next - age + this.#maxTraces) % this.#maxTraces;
  }
}

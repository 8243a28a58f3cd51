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
 * The traces that ended last in this process, bounded in number and in size; the newest is always there. A list linked through the
 * traces themselves: for each trace that ends it costs less than an array.
 */
export class RecentTraces {
  readonly #maxTraces: number;
  readonly #maxLength: number;
  #oldest: EndedTrace | undefined = undefined;
  #newest: EndedTrace | undefined = undefined;
  #count = 0;
  #length = 0;

  constructor({ maxTraces = 20, maxLength = 8 * 1024 * 1024 }: RecentTracesLimits = {}) {
    this.#maxTraces = Math.max(1, maxTraces);
    this.#maxLength = maxLength;
  }

  add(ended: EndedTrace): void {
    if (this.#newest === undefined) this.#oldest = ended;
    else this.#newest.newer = ended;
    this.#newest = ended;
    this.#count += 1;
    this.#length += ended.length;
    while (this.#count > this.#maxTraces || (this.#count > 1 && this.#length > this.#maxLength)) this.#forgetOldest();
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
    const oldest = this.#oldest as EndedTrace; // asked for only where there are several
    this.#oldest = oldest.newer;
    this.#length -= oldest.length;
    this.#count -= 1;
    // Whoever still has it would have all that came after it, too.
    oldest.newer = undefined;
  }

  #newestFirst(): EndedTrace[] {
    const traces: EndedTrace[] = [];
    for (let ended = this.#oldest; ended !== undefined; ended = ended.newer) traces.push(ended);
    return traces.reverse();
  }
}

import type { Trace } from '../entities/trace.js';
import { countFromOne, text } from '../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from './check-options.js';
import { checkQuery } from './check-query.js';
import type { TraceExporter, TraceQuery, TraceReader } from './exporter.js';
import { matchesQuery } from './match-trace.js';
import { newestFirst } from './newest-first.js';

/** Options of `InMemoryExporter`. */
export interface InMemoryExporterOptions {
  /** What `stats()` and messages call it: another name where `init` gets several of its kind. @default 'memory' */
  readonly name?: string;
  /** Traces that are kept; past it the oldest go. @default 10000 */
  readonly maxTraces?: number;
}

const kinds: OptionKinds<InMemoryExporterOptions> = { name: text, maxTraces: countFromOne };

/**
 * Keeps traces in memory, for tests and for programs that look at their own traces.
 *
 * @example
 * ```ts
 * const memory = new InMemoryExporter();
 * init({ exporters: [memory] });
 * await agent.run('Hello');
 * memory.traces[0]?.info.tokenUsage;
 * ```
 */
export class InMemoryExporter implements TraceExporter, TraceReader {
  readonly name: string;
  readonly delivery = 'inline';
  readonly #maxTraces: number;
  #traces: Trace[] = [];
  #evicted = 0;

  /** @throws {ConfigurationError} for options it does not know, and a `maxTraces` that is no positive whole number. */
  constructor(options: InMemoryExporterOptions = {}) {
    checkOptions('InMemoryExporter', options, kinds);
    const { name = 'memory', maxTraces = 10_000 } = options;
    this.name = name;
    this.#maxTraces = maxTraces;
  }

  /** The traces that are kept, in the order in which they ended. */
  get traces(): readonly Trace[] {
    return this.#traces;
  }

  /** How many had to go to keep within `maxTraces`. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Keeps the traces; the oldest go past `maxTraces`. */
  export(traces: readonly Trace[]): void {
    for (const trace of traces) this.#traces.push(trace);
    const excess = this.#traces.length - this.#maxTraces;
    if (excess > 0) this.#evict(excess);
  }

  /** Forgets all traces. */
  clear(): void {
    this.#traces = [];
  }

  /** The last one with this id, if it is kept. */
  async getTrace(traceId: string): Promise<Trace | undefined> {
    return this.#traces.findLast((trace) => trace.info.traceId === traceId);
  }

  /** @throws {TypeError} for conditions that there are not. */
  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    checkQuery(query);
    return newestFirst(
      this.#traces.filter((trace) => matchesQuery(trace.info, query)),
      query,
    );
  }

  #evict(excess: number): void {
    this.#traces.splice(0, excess);
    this.#evicted += excess;
  }
}

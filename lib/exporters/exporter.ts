import type { Trace } from '../entities/trace.js';
import type { TraceState } from '../entities/trace-info.js';

/**
 * Where finished traces go. The rules:
 *
 * - It gets finished traces only, frozen: it cannot change what another exporter sees.
 * - `inline` exporters are called before the root call settles, with one trace at a time, and must do their work
 *   synchronously and quickly (console, file, memory). `queued` ones (the default) get batches later, never two calls at once.
 * - It need not queue, batch or retry calls that overlap: that is the queue's work. A rejected or thrown error counts the
 *   whole batch as dropped and is told to `onError`; the other exporters do not notice.
 * - When `signal` aborts (time limit, shutdown), it should stop; its answer is not waited for any longer.
 * - What it calls is not traced: decorated methods run bare inside `export`.
 *
 * @example
 * ```ts
 * const names: (string | undefined)[] = [];
 * const exporter: TraceExporter = {
 *   name: 'names',
 *   delivery: 'inline',
 *   export: (traces) => { for (const trace of traces) names.push(trace.info.name); },
 * };
 * init({ exporters: [exporter] });
 * ```
 */
export interface TraceExporter {
  /** Stands in messages and in `stats()`; unique among the exporters of one `init()`. */
  readonly name: string;
  /** @default 'queued' */
  readonly delivery?: 'inline' | 'queued';
  /**
   * Where a queued exporter sends to, in words without secrets. Its traces wait on disk, too, until it has taken them (see option
   * `spool` of `init`), and what other runs left there for the same destination is given to it. It may be given a trace again that
   * it failed to take. @default none: traces wait in memory only
   */
  readonly destination?: string;
  /** The most traces it wants in one call. @default 64 */
  readonly maxBatch?: number;
  /** After how long a call of a queued exporter is given up, in ms. @default 60000 */
  readonly exportTimeoutMs?: number;
  /** Takes finished traces. Throwing or rejecting counts all of them as dropped. */
  export(traces: readonly Trace[], context: ExportContext): void | Promise<void>;
  /**
   * Takes finished traces as lines, without line breaks, where it stores them as they are: what `traceToLine` makes of each, at less cost
   * where they have waited in memory alone. Called in place of `export`, when that would be and with the same rules for what it throws;
   * what comes from `sendTraces` goes to `export`. Where a subclass or a proxy writes `export` anew, that is called; an object that was
   * given both (`{ ...exporter, export }`) is to leave out the lines itself.
   *
   * @example
   * ```ts
   * const lines: string[] = [];
   * class LineExporter implements TraceExporter {
   *   readonly name = 'lines';
   *   readonly delivery = 'inline';
   *   export(traces: readonly Trace[]) { this.exportLines(traces.map(traceToLine)); }
   *   exportLines(written: TraceLines) { lines.push(...written); }
   * }
   * init({ exporters: [new LineExporter()] });
   * ```
   */
  exportLines?(lines: TraceLines, context: ExportContext): void | Promise<void>;
  /** Settles when all that was given to it has arrived. */
  forceFlush?(): void | Promise<void>;
  /** Called once, after the last `export`; frees what the exporter holds. */
  shutdown?(): void | Promise<void>;
}

/** Lines of traces. Each is made when it is asked for: they need not be in memory together. An array of lines is one, too. */
export interface TraceLines extends Iterable<string> {
  /** How many there are. */
  readonly length: number;
}

/** What an exporter is told about its call. */
export interface ExportContext {
  /** Aborts when the call's time is over. */
  readonly signal: AbortSignal;
  /**
   * Whether the process may end while the call is under way: then its connections and timers should not hold it (`unref()`). The queue
   * waits for it at the end, for `shutdownTimeoutMs`. @default false
   */
  readonly isBackground?: boolean;
  /**
   * To be called with what made a try fail, where the exporter tries again by itself. Where the call is given up, `onError` and
   * `lastError` tell what it was told last. @default nobody asks
   */
  readonly onRetry?: (cause: unknown) => void;
}

/** An exporter that can also be asked for what it stored. `getTrace` and `searchTraces` ask memory first, then each reader. */
export interface TraceReader {
  /** The trace with this id, `undefined` if it is not stored here. */
  getTrace(traceId: string): Promise<Trace | undefined>;
  /** Those that started last first, at most `query.limit`. */
  searchTraces(query: TraceQuery): Promise<readonly Trace[]>;
}

/** Conditions that a trace must meet, all of them. */
export interface TraceQuery {
  readonly state?: TraceState;
  readonly name?: string;
  readonly session?: string;
  readonly user?: string;
  /** Tags that must have just this value. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Earliest start, inclusive. */
  readonly startedAfter?: Date;
  /** Latest start, exclusive. */
  readonly startedBefore?: Date;
  /** How many at the most; `Infinity` for all. @default 100 */
  readonly limit?: number;
}

import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { ExportError } from '../errors.js';
import { within } from '../utils/within.js';
import { type Arriving, type Backlog, type BacklogStats, type Drop, usualBatch } from './backlog.js';
import { ExportCall, type ExportCallResult } from './export-call.js';
import { callFailure, countdown, exportFailure, stillTrying, takeEndStep } from './export-failure.js';
import type { TraceExporter } from './exporter.js';
import { exportBesideLines } from './line-taking.js';
import { MemoryBacklog } from './memory-backlog.js';

/** How a queue behaves. */
export interface ExportQueueOptions {
  /** Calls the exporter so that nothing it does is traced. @default just calls it */
  readonly quietly?: (act: () => void) => void;
  readonly onError: (error: ExportError) => void;
  /** Where traces wait. @default in memory */
  readonly makeBacklog?: MakeBacklog | undefined;
  /** Traces in memory at the most; past it new ones are dropped, or wait on disk. @default 2048 */
  readonly maxTraces?: number;
  /** Characters of inputs, outputs and attributes in memory at the most. @default 33554432 */
  readonly maxLength?: number;
  /** Traces in one call of the exporter. @default what the exporter asks for, else 64 */
  readonly maxBatch?: number;
  /** How long a trace waits for company, in ms. @default 500 */
  readonly intervalMs?: number;
  /** After how long a call of the exporter is given up, in ms. @default what the exporter asks for, else 60000 */
  readonly timeoutMs?: number;
}

/** Makes the place where the traces of one exporter wait. */
export type MakeBacklog = (parts: BacklogParts) => Backlog;

/** What a backlog is given by its queue. */
export interface BacklogParts {
  readonly maxTraces: number;
  readonly maxLength: number;
  readonly onError: (error: ExportError) => void;
  /** Told of traces that were added, and had to be given up since. */
  readonly drop: Drop;
}

/** The traces given to a queue by what became of them: `recorded` is always the sum of the others, `recovered` left out. */
export interface ExportQueueStats extends BacklogStats {
  readonly recorded: number;
  readonly exported: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** What each exporter is at work on: it stands behind two queues while one set-up replaces another that has it, too. */
const calls = new WeakMap<TraceExporter, Promise<unknown>>();

/** How long what was kept of a failed call waits for the next one, in ms; each time twice as long. */
const firstRetryMs = 5000;
const longestRetryMs = 60_000;

/**
 * The way to one `queued` exporter: in batches, one call at a time, each with a time limit. What the exporter throws, rejects or
 * never answers is counted and told; it reaches nobody else. The backlog says what is bounded, and what is kept when a call fails.
 */
export class ExportQueue {
  readonly #exporter: TraceExporter;
  readonly #besideLines: unknown;
  readonly #options: Required<Omit<ExportQueueOptions, 'makeBacklog'>>;
  readonly #backlog: Backlog;
  readonly #dropped: Record<string, number> = {};
  /** Once until a batch has left: a program in a tight loop would spend its time on making errors. */
  #isFullTold = false;
  #recorded = 0;
  #exported = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #call: ExportCall | undefined;
  #isOver = false;
  #isResting = false;
  /** How long is waited after the last failure; `undefined` when the last call succeeded. */
  #retryMs: number | undefined;

  constructor(exporter: TraceExporter, { makeBacklog, ...options }: ExportQueueOptions) {
    this.#exporter = exporter;
    this.#besideLines = exportBesideLines(exporter);
    this.#options = {
      maxTraces: 2048,
      maxLength: 32 * 1024 * 1024,
      maxBatch: exporter.maxBatch ?? usualBatch,
      intervalMs: 500,
      timeoutMs: exporter.exportTimeoutMs ?? 60_000,
      quietly: (act) => act(),
      ...options,
    };
    const { maxTraces, maxLength, onError } = this.#options;
    const parts = { maxTraces, maxLength, onError, drop: (reason: string, count: number) => this.#drop(reason, count) };
    this.#backlog = makeBacklog?.(parts) ?? new MemoryBacklog(parts);
    if (this.#backlog.looksEveryMs !== undefined) this.#schedule(this.#options.intervalMs);
  }

  push(arriving: Arriving): void {
    this.#recorded += 1;
    if (this.#closing !== undefined) return this.#drop('shutdown', 1);
    const refusal = this.#backlog.add(arriving);
    if (refusal !== undefined) return this.#refuse(refusal);
    // After a failure its time is waited for.
    if (this.#retryMs !== undefined) return undefined;
    if (this.#backlog.waiting >= this.#options.maxBatch) this.#hurry();
    else if (this.#backlog.waiting === 1) this.#schedule(this.#options.intervalMs);
  }

  /** Settles when all that waits now has been handed over, or the time is over, or what is kept has failed once more. */
  async flush(timeoutMs: number): Promise<void> {
    await this.#flush(timeoutMs);
    const cause = this.#call?.retryCause;
    if (cause !== undefined) this.#options.onError(stillTrying(this.#exporter, cause));
  }

  async #flush(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    this.#backlog.lookAgain?.();
    await within(left(), this.#drain());
    await this.#end(left(), () => this.#exporter.forceFlush?.());
  }

  /** Flushes, and gives up what is left then. A second call waits for the first. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** Closes the queue, and ends the exporter. A second call waits for the first. */
  shutdown(timeoutMs: number): Promise<void> {
    this.#ending ??= this.#shutDown(timeoutMs);
    return this.#ending;
  }

  /**
   * Flushes, then gives up the call that is under way and begins none until there is a reason to. A call that has been under way for
   * as long already is not waited for.
   */
  async finish(timeoutMs: number): Promise<void> {
    if ((this.#call?.ageMs ?? 0) < timeoutMs) await this.#flush(timeoutMs);
    this.#isResting = true;
    this.#call?.giveUp();
  }

  /** The process ends now: nothing can be handed over any more. */
  leave(): void {
    this.#isOver = true;
    this.#drop('shutdown', this.#backlog.close());
  }

  stats(): ExportQueueStats {
    return {
      recorded: this.#recorded,
      exported: this.#exported,
      dropped: { ...this.#dropped },
      ...this.#backlog.stats(),
    };
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.#flush(timeoutMs);
    this.#isOver = true;
    this.#call?.giveUp();
    await this.#draining;
    this.#stopTimers();
    this.#drop('shutdown', this.#backlog.close());
  }

  async #shutDown(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    await this.close(timeoutMs);
    await this.#end(left(), () => this.#exporter.shutdown?.());
  }

  /** The only timer: an earlier time takes the place of a later one. */
  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), ms).unref();
  }

  /** At the next turn, not now: the traced program waits for `push`, which makes no closure where a turn is awaited already. */
  #hurry(): void {
    if (this.#immediate === undefined) this.#awaitTurn();
  }

  #awaitTurn(): void {
    this.#immediate = setImmediate(() => this.#wake()).unref();
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }

  /** What began the wait is none of the exporter's business: it runs in a context of its own. */
  #wake(): void {
    this.#options.quietly(() => void this.#drain());
  }

  /** One at a time: a second caller waits for the first. */
  #drain(): Promise<void> {
    this.#stopTimers();
    this.#isResting = false;
    this.#draining ??= this.#sendAll().finally(() => {
      this.#draining = undefined;
      this.#waitOn();
    });
    return this.#draining;
  }

  /** What was kept is tried again, what others left behind is looked for; and there may be traces that came meanwhile. */
  #waitOn(): void {
    const { waiting, looksEveryMs } = this.#backlog;
    const ms = this.#retryMs ?? (waiting > 0 ? this.#options.intervalMs : looksEveryMs);
    if (ms !== undefined && !this.#isOver) this.#schedule(ms);
  }

  async #sendAll(): Promise<void> {
    let hasMore = true;
    while (hasMore && !this.#isOver && !this.#isResting) {
      const busy = calls.get(this.#exporter);
      if (busy === undefined) hasMore = await this.#sendNext();
      else await busy;
    }
  }

  /** Whether there may be more to send now. */
  async #sendNext(): Promise<boolean> {
    const sending = this.#sendBatch();
    // Whoever waits for the call has no part in its failure.
    calls.set(
      this.#exporter,
      sending.catch(() => undefined),
    );
    try {
      return await sending;
    } catch (cause) {
      // A backlog does not throw; if it does, the program must not notice.
      this.#options.onError(exportFailure(this.#exporter, ' in its queue', cause));
      return false;
    } finally {
      calls.delete(this.#exporter);
    }
  }

  async #sendBatch(): Promise<boolean> {
    const recorded = this.#recorded;
    const batch = await this.#backlog.take(this.#options.maxBatch);
    if (this.#isOver) return false;
    // While it looked for what others have left, a trace may have come.
    if (batch === undefined) return this.#recorded > recorded;
    this.#call = new ExportCall(this.#exporter, this.#besideLines);
    const result = await this.#call.run(batch, this.#options.timeoutMs);
    this.#call = undefined;
    const { exported, lost, isKept, goesOn = false } = batch.settle(result.outcome);
    this.#isFullTold = false;
    this.#exported += exported;
    this.#noteResult(result, { lost, isKept });
    const isWaiting = isKept && this.#backlog.waiting > 0;
    this.#retryMs = isWaiting ? Math.min(longestRetryMs, (this.#retryMs ?? firstRetryMs / 2) * 2) : undefined;
    return !isKept || goesOn;
  }

  #noteResult({ outcome, thrown }: ExportCallResult, fate: { readonly lost: number; readonly isKept: boolean }): void {
    if (outcome.kind === 'taken' && outcome.refused === 0) return;
    this.#drop(outcome.kind === 'taken' ? 'rejected' : outcome.reason, fate.lost);
    const { timeoutMs } = this.#options;
    this.#options.onError(callFailure(this.#exporter, { outcome, thrown, timeoutMs, ...fate }));
  }

  #refuse(reason: string): void {
    this.#drop(reason, 1);
    if (this.#isFullTold) return;
    this.#isFullTold = true;
    const message = `The queue of the exporter '${this.#exporter.name}' is full, and new traces are dropped there. It is slower than the program; sample (sampleRatio) or see stats().`;
    this.#options.onError(new ExportError(this.#exporter.name, message));
  }

  #drop(reason: string, count: number): void {
    if (count > 0) this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
  }

  #end(timeoutMs: number, act: () => void | Promise<void>): Promise<void> {
    return takeEndStep({ exporter: this.#exporter, timeoutMs, onError: this.#options.onError, act });
  }
}

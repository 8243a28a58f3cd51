import type { Trace } from '../entities/trace.js';
import { ExportError } from '../errors.js';
import { within } from '../utils/within.js';
import { countdown, exportFailure, noAnswer, refusedIn, takeEndStep } from './export-failure.js';
import type { TraceExporter } from './exporter.js';

/** How a queue behaves. */
export interface ExportQueueOptions {
  /** Calls the exporter so that nothing it does is traced. @default just calls it */
  readonly quietly?: (act: () => void) => void;
  readonly onError: (error: ExportError) => void;
  /** Traces in memory at the most; past it new ones are dropped. @default 2048 */
  readonly maxTraces?: number;
  /** Characters of inputs, outputs and attributes in memory at the most. @default 33554432 */
  readonly maxLength?: number;
  /** Traces in one call of the exporter. @default 32 */
  readonly maxBatch?: number;
  /** How long a trace waits for company, in ms. @default 500 */
  readonly intervalMs?: number;
  /** After how long a call of the exporter is given up, in ms. @default 30000 */
  readonly timeoutMs?: number;
}

/** The traces given to a queue by what became of them: `recorded` is always the sum of the others. */
export interface ExportQueueStats {
  readonly recorded: number;
  readonly exported: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly spooled: number;
  readonly queued: number;
}

interface Loss {
  readonly reason: string;
  readonly count: number;
}

/** What each exporter is at work on: it stands behind two queues while one set-up replaces another that has it, too. */
const calls = new WeakMap<TraceExporter, Promise<unknown>>();

/** A trace on its way to an exporter. */
export interface Waiting {
  readonly trace: Trace;
  /** Characters of its inputs, outputs and attributes. */
  readonly length: number;
}

/**
 * The way to one `queued` exporter: bounded in traces and in characters, in batches, one call at a time, each with a time
 * limit. What the exporter throws, rejects or never answers is counted and told; it reaches nobody else.
 */
export class ExportQueue {
  readonly #exporter: TraceExporter;
  readonly #options: Required<ExportQueueOptions>;
  readonly #dropped: Record<string, number> = {};
  #waiting: Waiting[] = [];
  #length = 0;
  #inFlight = 0;
  /** Once until a batch has left: a program in a tight loop would spend its time on making errors. */
  #isFullTold = false;
  #recorded = 0;
  #exported = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #abort: AbortController | undefined;

  constructor(exporter: TraceExporter, options: ExportQueueOptions) {
    this.#exporter = exporter;
    this.#options = {
      maxTraces: 2048,
      maxLength: 32 * 1024 * 1024,
      maxBatch: 32,
      intervalMs: 500,
      timeoutMs: 30_000,
      quietly: (act) => act(),
      ...options,
    };
  }

  push(waiting: Waiting): void {
    this.#recorded += 1;
    if (this.#closing !== undefined) return this.#drop('shutdown', 1);
    const isFull =
      this.#waiting.length + this.#inFlight >= this.#options.maxTraces ||
      // One alone always has room, or it could never leave.
      (this.#length > 0 && this.#length + waiting.length > this.#options.maxLength);
    if (isFull) return this.#refuse();
    this.#waiting.push(waiting);
    this.#length += waiting.length;
    if (this.#waiting.length >= this.#options.maxBatch) this.#hurry();
    else this.#schedule();
  }

  /** Settles when all that waits now has been handed over, or the time is over. */
  async flush(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
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

  stats(): ExportQueueStats {
    return {
      recorded: this.#recorded,
      exported: this.#exported,
      dropped: { ...this.#dropped },
      spooled: 0,
      queued: this.#waiting.length + this.#inFlight,
    };
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#drop('shutdown', this.#waiting.length);
    this.#waiting = [];
    this.#abort?.abort('shutdown');
    await this.#draining;
  }

  async #shutDown(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    await this.close(timeoutMs);
    await this.#end(left(), () => this.#exporter.shutdown?.());
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#wake(), this.#options.intervalMs).unref();
  }

  /** At the next turn, not now: the traced program waits for `push`. */
  #hurry(): void {
    this.#immediate ??= setImmediate(() => this.#wake()).unref();
  }

  /** What began the wait is none of the exporter's business: it runs in a context of its own. */
  #wake(): void {
    this.#options.quietly(() => void this.#drain());
  }

  /** One at a time: a second caller waits for the first. */
  #drain(): Promise<void> {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#draining ??= this.#sendAll().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const busy = calls.get(this.#exporter);
      if (busy === undefined) await this.#sendBatch();
      else await busy;
    }
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#options.maxBatch);
    this.#inFlight = batch.length;
    const call = this.#send(batch);
    calls.set(this.#exporter, call);
    const loss = await call;
    calls.delete(this.#exporter);
    this.#inFlight = 0;
    this.#isFullTold = false;
    for (const { length } of batch) this.#length -= length;
    this.#exported += batch.length - loss.count;
    this.#drop(loss.reason, loss.count);
  }

  /** What of a batch is lost, and why. */
  async #send(batch: readonly Waiting[]): Promise<Loss> {
    const abort = new AbortController();
    this.#abort = abort;
    const timer = setTimeout(() => abort.abort('timeout'), this.#options.timeoutMs);
    // Who waits for the queue holds the process for as long as that is wanted.
    timer.unref();
    try {
      const traces = batch.map(({ trace }) => trace);
      await Promise.race([this.#exporter.export(traces, { signal: abort.signal }), rejectOnAbort(abort.signal)]);
      return { reason: '', count: 0 };
    } catch (cause) {
      if (!abort.signal.aborted) return this.#fail(batch.length, cause);
      return this.#giveUp(batch.length, abort.signal.reason === 'shutdown' ? 'shutdown' : 'timeout');
    } finally {
      clearTimeout(timer);
      this.#abort = undefined;
    }
  }

  #fail(count: number, cause: unknown): Loss {
    const refused = refusedIn(cause);
    if (refused !== undefined) {
      this.#options.onError(exportFailure(this.#exporter, ', which does not take some traces', cause));
      return { reason: 'rejected', count: Math.min(count, refused) };
    }
    const what = `, and ${count} traces are lost there (see stats() for the sum)`;
    this.#options.onError(exportFailure(this.#exporter, what, cause));
    return { reason: 'export failed', count };
  }

  #giveUp(count: number, reason: 'shutdown' | 'timeout'): Loss {
    const when = reason === 'timeout' ? `within ${this.#options.timeoutMs} ms` : 'before the end';
    this.#options.onError(noAnswer(this.#exporter, when, count));
    return { reason, count };
  }

  #refuse(): void {
    this.#drop('queue full', 1);
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

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(String(signal.reason))), { once: true });
  });
}

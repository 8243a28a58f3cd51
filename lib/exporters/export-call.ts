import { clearTimeout, setTimeout } from 'node:timers';
import { traceToLine } from '../entities/trace-line.js';
import { lazily } from '../utils/lazily.js';
import type { Batch, Outcome } from './backlog.js';
import { rejectionIn } from './export-failure.js';
import type { ExportContext, TraceExporter } from './exporter.js';
import { takesLines } from './line-taking.js';

/** One call of an exporter, and what it threw; where it was given up, what made its last try fail. */
export interface ExportCallResult {
  readonly outcome: Outcome;
  readonly thrown?: unknown;
}

/** Hands traces to an exporter, and waits for it no longer than its time. */
export class ExportCall {
  readonly #exporter: TraceExporter;
  readonly #besideLines: unknown;
  readonly #abort = new AbortController();
  readonly #startedMs = performance.now();
  #retryCause: unknown;

  /** `besideLines` is what `exportBesideLines` says of the exporter. */
  constructor(exporter: TraceExporter, besideLines: unknown) {
    this.#exporter = exporter;
    this.#besideLines = besideLines;
  }

  get ageMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** What made its last try fail, if the exporter says that it tries again. */
  get retryCause(): unknown {
    return this.#retryCause;
  }

  /** Never rejects. */
  async run(batch: Batch, timeoutMs: number): Promise<ExportCallResult> {
    const { signal } = this.#abort;
    const timer = setTimeout(() => this.#abort.abort('timeout'), timeoutMs);
    // Who waits for the queue holds the process for as long as that is wanted.
    timer.unref();
    const onRetry = (cause: unknown): void => {
      this.#retryCause = cause;
    };
    try {
      const exported = this.#hand(batch, { signal, isBackground: true, onRetry });
      await Promise.race([exported, rejectOnAbort(signal)]);
      return { outcome: { kind: 'taken', refused: 0 } };
    } catch (thrown) {
      if (signal.aborted) {
        const reason = signal.reason === 'shutdown' ? 'shutdown' : 'timeout';
        return { outcome: { kind: 'failed', reason }, thrown: this.#retryCause };
      }
      const refused = rejectionIn(thrown)?.traceIds.length;
      if (refused === undefined) return { outcome: { kind: 'failed', reason: 'export failed' }, thrown };
      return { outcome: { kind: 'taken', refused }, thrown };
    } finally {
      clearTimeout(timer);
    }
  }

  #hand(batch: Batch, context: ExportContext): void | Promise<void> {
    const exporter = this.#exporter;
    if (!takesLines(exporter, this.#besideLines)) return exporter.export(batch.traces, context);
    return exporter.exportLines(batch.lines ?? lazily(batch.traces, traceToLine), context);
  }

  /** The queue ends: the call is given up. */
  giveUp(): void {
    this.#abort.abort('shutdown');
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(String(signal.reason))), { once: true });
  });
}

import type { ExportError } from '../errors.js';
import { countdown, exportFailure, noAnswer, takeEndStep } from '../exporters/export-failure.js';
import type { TraceExporter } from '../exporters/exporter.js';
import { exportBesideLines, takesLines } from '../exporters/line-taking.js';
import { within } from '../utils/within.js';
import type { Delivery, DeliveryStats } from './delivery.js';
import type { EndedTrace } from './ended-trace.js';

/** Hands each trace to its exporter at once, before the root call settles. */
export class InlineDelivery implements Delivery {
  readonly exporter: TraceExporter;
  readonly #onError: (error: ExportError) => void;
  /** The `export` in whose place the exporter takes lines, if it does. */
  readonly #besideLines: unknown;
  readonly #dropped: Record<string, number> = {};
  /** An inline exporter ought to be done when it returns; if it answers with a promise, that is waited for at `flush()`. */
  readonly #pending = new Set<object>();
  #whenNonePending: (() => void)[] = [];
  #recorded = 0;
  #exported = 0;
  // Inline calls follow one another, so that one signal serves them all: it never aborts.
  readonly #context = { signal: new AbortController().signal };

  constructor(exporter: TraceExporter, onError: (error: ExportError) => void) {
    this.exporter = exporter;
    this.#besideLines = exportBesideLines(exporter);
    this.#onError = onError;
  }

  push(ended: EndedTrace): void {
    this.#recorded += 1;
    try {
      const answer: unknown = this.#hand(ended);
      if (answer === undefined) this.#count();
      else this.#wait(Promise.resolve(answer));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async flush(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    if (this.#pending.size > 0)
      await within(left(), new Promise<void>((resolve) => this.#whenNonePending.push(resolve)));
    await this.#end(left(), () => this.exporter.forceFlush?.());
  }

  finish(timeoutMs: number): Promise<void> {
    return this.flush(timeoutMs);
  }

  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#giveUp(this.#pending.size);
  }

  async shutdown(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    await this.close(timeoutMs);
    await this.#end(left(), () => this.exporter.shutdown?.());
  }

  stats(): Omit<DeliveryStats, 'lastError'> {
    return {
      recorded: this.#recorded,
      exported: this.#exported,
      dropped: { ...this.#dropped },
      spooled: 0,
      queued: this.#pending.size,
    };
  }

  #hand(ended: EndedTrace): unknown {
    const { exporter } = this;
    return takesLines(exporter, this.#besideLines)
      ? exporter.exportLines([ended.line], this.#context)
      : exporter.export([ended.trace], this.#context);
  }

  #wait(answer: Promise<unknown>): void {
    const call = {};
    this.#pending.add(call);
    const settle = (act: () => void): void => {
      if (!this.#pending.delete(call)) return; // given up
      act();
      if (this.#pending.size === 0) for (const resolve of this.#whenNonePending.splice(0)) resolve();
    };
    void answer.then(
      () => settle(() => this.#count()),
      (cause: unknown) => settle(() => this.#fail(cause)),
    );
  }

  #count(): void {
    this.#exported += 1;
  }

  #giveUp(count: number): void {
    if (count === 0) return;
    this.#pending.clear();
    this.#drop('shutdown', count);
    this.#onError(noAnswer(this.exporter, 'before the end', count));
  }

  #drop(reason: string, count: number): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
  }

  #fail(cause: unknown): void {
    this.#drop('export failed', 1);
    this.#onError(exportFailure(this.exporter, ', and its trace is lost there (see stats() for how many)', cause));
  }

  #end(timeoutMs: number, act: () => void | Promise<void>): Promise<void> {
    return takeEndStep({ exporter: this.exporter, timeoutMs, onError: this.#onError, act });
  }
}

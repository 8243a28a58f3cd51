import type { ExportError } from '../errors.js';
import { countdown, exportFailure, takeEndStep } from '../exporters/export-failure.js';
import type { TraceExporter } from '../exporters/exporter.js';
import { within } from '../utils/within.js';
import type { Delivery, DeliveryStats } from './delivery.js';
import type { EndedTrace } from './ended-trace.js';

/** Hands each trace to its exporter at once, before the root call settles. */
export class InlineDelivery implements Delivery {
  readonly exporter: TraceExporter;
  readonly #onError: (error: ExportError) => void;
  readonly #dropped: Record<string, number> = {};
  /** An inline exporter ought to be done when it returns; if it answers with a promise, that is waited for at `flush()`. */
  #pending = 0;
  #whenNonePending: (() => void)[] = [];
  #recorded = 0;
  #exported = 0;
  // Inline calls follow one another, so that one signal serves them all: it never aborts.
  readonly #context = { signal: new AbortController().signal };

  constructor(exporter: TraceExporter, onError: (error: ExportError) => void) {
    this.exporter = exporter;
    this.#onError = onError;
  }

  push(ended: EndedTrace): void {
    this.#recorded += 1;
    try {
      const answer: unknown = this.exporter.export([ended.trace], this.#context);
      if (answer === undefined) this.#count();
      else this.#wait(Promise.resolve(answer));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async flush(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    if (this.#pending > 0) await within(left(), new Promise<void>((resolve) => this.#whenNonePending.push(resolve)));
    await this.#end(left(), () => this.exporter.forceFlush?.());
  }

  async shutdown(timeoutMs: number): Promise<void> {
    const left = countdown(timeoutMs);
    await this.flush(timeoutMs);
    await this.#end(left(), () => this.exporter.shutdown?.());
  }

  stats(): DeliveryStats {
    return {
      recorded: this.#recorded,
      exported: this.#exported,
      dropped: { ...this.#dropped },
      spooled: 0,
      queued: this.#pending,
    };
  }

  #wait(answer: Promise<unknown>): void {
    this.#pending += 1;
    const settle = (act: () => void): void => {
      this.#pending -= 1;
      act();
      if (this.#pending === 0) for (const resolve of this.#whenNonePending.splice(0)) resolve();
    };
    void answer.then(
      () => settle(() => this.#count()),
      (cause: unknown) => settle(() => this.#fail(cause)),
    );
  }

  #count(): void {
    this.#exported += 1;
  }

  #fail(cause: unknown): void {
    this.#dropped['export failed'] = (this.#dropped['export failed'] ?? 0) + 1;
    this.#onError(exportFailure(this.exporter, ', and its trace is lost there (see stats() for how many)', cause));
  }

  #end(timeoutMs: number, act: () => void | Promise<void>): Promise<void> {
    return takeEndStep({ exporter: this.exporter, timeoutMs, onError: this.#onError, act });
  }
}

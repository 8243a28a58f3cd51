import type { Trace } from '../entities/trace.js';
import { ExportError } from '../errors.js';
import type { TraceExporter } from '../exporters/exporter.js';
import { within } from '../utils/within.js';
import type { Delivery, DeliveryStats } from './delivery.js';

/** Hands each trace to its exporter at once, before the root call settles. */
export class InlineDelivery implements Delivery {
  readonly exporter: TraceExporter;
  readonly #onError: (error: ExportError) => void;
  readonly #dropped: Record<string, number> = {};
  /** An inline exporter ought to be done when it returns; if it answers with a promise, that is waited for at `flush()`. */
  readonly #pending = new Set<Promise<unknown>>();
  #recorded = 0;
  #exported = 0;
  // Inline calls follow one another, so that one signal serves them all: it never aborts.
  readonly #context = { signal: new AbortController().signal };

  constructor(exporter: TraceExporter, onError: (error: ExportError) => void) {
    this.exporter = exporter;
    this.#onError = onError;
  }

  push(trace: Trace): void {
    this.#recorded += 1;
    try {
      const answer: unknown = this.exporter.export([trace], this.#context);
      if (answer === undefined) this.#exported += 1;
      else this.#wait(Promise.resolve(answer));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async flush(timeoutMs: number): Promise<void> {
    await within(timeoutMs, Promise.all(this.#pending));
    await this.#guard(timeoutMs, () => this.exporter.forceFlush?.());
  }

  async shutdown(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    await this.#guard(timeoutMs, () => this.exporter.shutdown?.());
  }

  stats(): DeliveryStats {
    return {
      recorded: this.#recorded,
      exported: this.#exported,
      dropped: { ...this.#dropped },
      spooled: 0,
      queued: this.#pending.size,
    };
  }

  #wait(answer: Promise<unknown>): void {
    const settled = answer
      .then(
        () => {
          this.#exported += 1;
        },
        (cause: unknown) => this.#fail(cause),
      )
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  #fail(cause: unknown): void {
    this.#dropped['export failed'] = (this.#dropped['export failed'] ?? 0) + 1;
    const { name } = this.exporter;
    this.#onError(
      cause instanceof ExportError
        ? cause
        : new ExportError(
            name,
            `The exporter '${name}' failed, and its trace is lost there: ${String(cause)}. See stats() for how many.`,
            { cause },
          ),
    );
  }

  async #guard(timeoutMs: number, act: () => void | Promise<void>): Promise<void> {
    try {
      await within(timeoutMs, Promise.resolve(act()));
    } catch (cause) {
      const { name } = this.exporter;
      this.#onError(
        new ExportError(name, `The exporter '${name}' failed at flush or shutdown: ${String(cause)}.`, { cause }),
      );
    }
  }
}

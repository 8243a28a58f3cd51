import type { Trace } from '../entities/trace.js';
import { type ExportError, TracingError } from '../errors.js';
import { checkQuery } from '../exporters/check-query.js';
import { ExportQueue, type MakeBacklog } from '../exporters/export-queue.js';
import type { TraceExporter, TraceQuery, TraceReader } from '../exporters/exporter.js';
import { newestFirst } from '../exporters/newest-first.js';
import { sentence } from '../utils/sentence.js';
import { quietContext } from './context-entry.js';
import { type Contexts, callSuppressed } from './contexts.js';
import type { Delivery, DeliveryStats } from './delivery.js';
import type { EndedTrace } from './ended-trace.js';
import { describe } from './exception-facts.js';
import { InlineDelivery } from './inline-delivery.js';
import { LastFailure } from './last-failure.js';
import { RecentTraces, type RecentTracesLimits } from './recent-traces.js';

/** What a pipeline is made of. */
export interface PipelineOptions {
  readonly exporters: readonly TraceExporter[];
  readonly contexts: Contexts;
  readonly recent?: RecentTracesLimits;
  /** Where the traces of a queued exporter wait; `undefined`: in memory. */
  readonly backlogOf?: ((exporter: TraceExporter) => MakeBacklog | undefined) | undefined;
  /** Takes secrets out of the messages that `stats()` tells. */
  readonly hide: (text: string) => string;
  readonly onError: (error: TracingError) => void;
}

/** The way to one exporter, and what went wrong on it. */
interface Route {
  readonly exporter: TraceExporter;
  readonly delivery: Delivery;
  readonly failure: LastFailure;
}

/** Where a finished trace leaves: into the memory of recent traces, and on the way to each exporter. */
export class Pipeline {
  readonly #recent: RecentTraces;
  readonly #routes: readonly Route[];
  readonly #inline: readonly Delivery[];
  readonly #queued: readonly Delivery[];
  readonly #readers: readonly TraceReader[];
  readonly #contexts: Contexts;
  readonly #hide: (text: string) => string;
  readonly #onError: (error: TracingError) => void;

  constructor({ exporters, contexts, recent, backlogOf, hide, onError }: PipelineOptions) {
    this.#contexts = contexts;
    this.#hide = hide;
    this.#onError = onError;
    this.#recent = new RecentTraces(recent);
    this.#readers = exporters.filter(isReader);
    this.#routes = exporters.map((exporter) => this.#routeTo(exporter, backlogOf?.(exporter)));
    const isInlineRoute = ({ exporter }: Route): boolean => isInline(exporter);
    this.#inline = this.#routes.filter(isInlineRoute).map(({ delivery }) => delivery);
    this.#queued = this.#routes.filter((route) => !isInlineRoute(route)).map(({ delivery }) => delivery);
  }

  /** Never throws. Exporters run where nothing is traced, so that what they call makes no traces of its own. */
  push(ended: EndedTrace): void {
    this.#recent.add(ended);
    for (const queue of this.#queued) queue.push(ended);
    if (this.#inline.length > 0) {
      this.#contexts.run(quietContext, { target: deliver, self: undefined, args: [this.#inline, ended] });
    }
  }

  async flush(timeoutMs: number): Promise<void> {
    await this.#untraced(() => Promise.all(this.#routes.map(({ delivery }) => delivery.flush(timeoutMs))));
  }

  /** Ends the exporters, too, but not those that are `kept`: another pipeline has them. */
  async shutdown(timeoutMs: number, kept: ReadonlySet<TraceExporter> = new Set()): Promise<void> {
    const end = ({ exporter, delivery }: Route): Promise<void> =>
      kept.has(exporter) ? delivery.close(timeoutMs) : delivery.shutdown(timeoutMs);
    await this.#untraced(() => Promise.all(this.#routes.map(end)));
  }

  /** As `flush`, where the process has nothing else to do: no exporter keeps it from its end any longer. */
  async finish(timeoutMs: number): Promise<void> {
    await this.#untraced(() => Promise.all(this.#routes.map(({ delivery }) => delivery.finish(timeoutMs))));
  }

  /** The process ends now: what waits on disk is left to the next one. */
  leave(): void {
    for (const { delivery } of this.#routes) delivery.leave?.();
  }

  stats(): Readonly<Record<string, DeliveryStats>> {
    return Object.fromEntries(this.#routes.map((route) => [route.exporter.name, this.#statsOf(route)]));
  }

  /** From memory, else from the first reader that has it. A reader that fails is told to `onError` and passed over. */
  async getTrace(traceId: string): Promise<Trace | undefined> {
    const recent = this.#recent.get(traceId);
    if (recent !== undefined) return recent;
    for (const reader of this.#readers) {
      const trace = await this.#ask(() => reader.getTrace(traceId));
      if (trace !== undefined) return trace;
    }
    return undefined;
  }

  /** From memory and all readers together, each trace once, the newest first. */
  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    checkQuery(query);
    const found = new Map<string, Trace>();
    for (const trace of this.#recent.search(query)) {
      if (!found.has(trace.info.traceId)) found.set(trace.info.traceId, trace);
    }
    for (const reader of this.#readers) {
      for (const trace of (await this.#ask(() => reader.searchTraces(query))) ?? []) {
        if (!found.has(trace.info.traceId)) found.set(trace.info.traceId, trace);
      }
    }
    return newestFirst(found.values(), query);
  }

  #routeTo(exporter: TraceExporter, makeBacklog: MakeBacklog | undefined): Route {
    const failure = new LastFailure();
    const onError = (error: ExportError): void => {
      failure.note(error);
      this.#onError(error);
    };
    const quietly = (act: () => void): void => callSuppressed(this.#contexts, act);
    const delivery = isInline(exporter)
      ? new InlineDelivery(exporter, onError)
      : new ExportQueue(exporter, { onError, quietly, makeBacklog });
    return { exporter, delivery, failure };
  }

  #statsOf({ delivery, failure }: Route): DeliveryStats {
    const lastError = failure.read(this.#hide);
    return lastError === undefined ? delivery.stats() : { ...delivery.stats(), lastError };
  }

  #untraced<Answer>(act: () => Answer): Answer {
    return callSuppressed(this.#contexts, act);
  }

  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.#untraced(question);
    } catch (cause) {
      this.#onError(new TracingError(sentence(`A stored trace could not be read: ${describe(cause)}`), { cause }));
      return undefined;
    }
  }
}

function deliver(deliveries: readonly Delivery[], ended: EndedTrace): void {
  for (const delivery of deliveries) delivery.push(ended);
}

function isInline(exporter: TraceExporter): boolean {
  return exporter.delivery === 'inline';
}

function isReader(exporter: TraceExporter): exporter is TraceExporter & TraceReader {
  const reader = exporter as Partial<TraceReader>; // asked for below
  return typeof reader.getTrace === 'function' && typeof reader.searchTraces === 'function';
}

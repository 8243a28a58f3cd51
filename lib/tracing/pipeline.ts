import type { Trace } from '../entities/trace.js';
import { TracingError } from '../errors.js';
import { checkQuery } from '../exporters/check-query.js';
import { ExportQueue } from '../exporters/export-queue.js';
import type { TraceExporter, TraceQuery, TraceReader } from '../exporters/exporter.js';
import { newestFirst } from '../exporters/newest-first.js';
import { type Contexts, callSuppressed, quietContext } from './contexts.js';
import type { Delivery, DeliveryStats } from './delivery.js';
import type { EndedTrace } from './ended-trace.js';
import { describe } from './exception-facts.js';
import { InlineDelivery } from './inline-delivery.js';
import { RecentTraces, type RecentTracesLimits } from './recent-traces.js';

/** What a pipeline is made of. */
export interface PipelineOptions {
  readonly exporters: readonly TraceExporter[];
  readonly contexts: Contexts;
  readonly recent?: RecentTracesLimits;
  readonly onError: (error: TracingError) => void;
}

type Route = readonly [exporter: TraceExporter, delivery: Delivery];

/** Where a finished trace leaves: into the memory of recent traces, and on the way to each exporter. */
export class Pipeline {
  readonly #recent: RecentTraces;
  readonly #deliveries: readonly Route[];
  readonly #inline: readonly Delivery[];
  readonly #queued: readonly Delivery[];
  readonly #readers: readonly TraceReader[];
  readonly #contexts: Contexts;
  readonly #onError: (error: TracingError) => void;

  constructor({ exporters, contexts, recent, onError }: PipelineOptions) {
    this.#contexts = contexts;
    this.#onError = onError;
    this.#recent = new RecentTraces(recent);
    this.#readers = exporters.filter(isReader);
    const quietly = (act: () => void): void => callSuppressed(contexts, act);
    this.#deliveries = exporters.map((exporter) => [
      exporter,
      isInline(exporter) ? new InlineDelivery(exporter, onError) : new ExportQueue(exporter, { onError, quietly }),
    ]);
    this.#inline = this.#deliveries.filter(([exporter]) => isInline(exporter)).map(([, delivery]) => delivery);
    this.#queued = this.#deliveries.filter(([exporter]) => !isInline(exporter)).map(([, delivery]) => delivery);
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
    await this.#untraced(() => Promise.all(this.#deliveries.map(([, delivery]) => delivery.flush(timeoutMs))));
  }

  /** Ends the exporters, too, but not those that are `kept`: another pipeline has them. */
  async shutdown(timeoutMs: number, kept: ReadonlySet<TraceExporter> = new Set()): Promise<void> {
    const end = ([exporter, delivery]: Route): Promise<void> =>
      kept.has(exporter) ? delivery.close(timeoutMs) : delivery.shutdown(timeoutMs);
    await this.#untraced(() => Promise.all(this.#deliveries.map(end)));
  }

  stats(): Readonly<Record<string, DeliveryStats>> {
    return Object.fromEntries(this.#deliveries.map(([{ name }, delivery]) => [name, delivery.stats()]));
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

  #untraced<Answer>(act: () => Answer): Answer {
    return callSuppressed(this.#contexts, act);
  }

  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.#untraced(question);
    } catch (cause) {
      this.#onError(new TracingError(`A stored trace could not be read: ${describe(cause)}.`, { cause }));
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

import type { Trace } from '../entities/trace.js';
import type { TraceExporter, TraceQuery } from '../exporters/exporter.js';
import { active } from './active-recorder.js';
import type { DeliveryStats } from './delivery.js';
import { watchEndSignals } from './end-signals.js';
import type { Pipeline } from './pipeline.js';
import type { Recorder, TraceCounts } from './recorder.js';

/** Where every trace went. `started` = `recorded` + `sampledOut` + `dropped` + `open`; for each exporter `recorded` = `exported` + `dropped` + `spooled` + `queued`. */
export interface TracingStats extends TraceCounts {
  readonly exporters: Readonly<Record<string, DeliveryStats>>;
}

/** What a `Tracing` is made of. */
export interface TracingParts {
  readonly recorder: Recorder;
  readonly pipeline: Pipeline;
  /** The longest that the end of the process waits for exporters, in milliseconds. */
  readonly shutdownTimeoutMs: number;
  /** Whether signals that end the process wait for what open traces hold. */
  readonly flushOnSignals: boolean;
  /** Called when recording is over, before the exporters are. */
  readonly onEnd: () => void;
}

/** What `init()` has set up: one recorder, one pipeline, and their end. */
export class Tracing {
  readonly #parts: TracingParts;
  #ending: Promise<TracingStats> | undefined;
  readonly #onBeforeExit = (): void => {
    // Nothing else can happen in this process, so open traces stay as they are; the queues still go out.
    this.#parts.recorder.closeOpen();
    // Holds the process itself, for shutdownTimeoutMs at the longest.
    void this.#parts.pipeline.finish(this.#parts.shutdownTimeoutMs);
  };
  readonly #onExit = (): void => {
    this.#parts.recorder.closeOpen();
    this.#parts.pipeline.leave();
  };
  readonly #ignoreSignals: (() => void) | undefined;

  constructor(parts: TracingParts) {
    this.#parts = parts;
    process.once('beforeExit', this.#onBeforeExit);
    process.once('exit', this.#onExit);
    if (parts.flushOnSignals) this.#ignoreSignals = watchEndSignals(() => this.#closeAll());
  }

  /** Starts recording, after construction or after `disable()`. Nothing happens after `shutdown()`. */
  enable(): void {
    if (this.#ending === undefined) active.current = this.#parts.recorder;
  }

  /** Makes decorated calls bare; what has begun is finished. */
  disable(): void {
    if (active.current === this.#parts.recorder) active.current = undefined;
  }

  /**
   * Settles when every trace that has ended has left, or the time is over; never rejects.
   *
   * @returns where the traces went.
   */
  async flush(timeoutMs: number = this.#parts.shutdownTimeoutMs): Promise<TracingStats> {
    await this.#parts.recorder.whenNoneLate();
    await this.#parts.pipeline.flush(timeoutMs);
    return this.stats();
  }

  /** Hands on open traces as incomplete, flushes, and ends all exporters. Recording is over. A second call waits for the first. */
  shutdown(timeoutMs: number = this.#parts.shutdownTimeoutMs): Promise<TracingStats> {
    this.#ending ??= this.#end(timeoutMs);
    return this.#ending;
  }

  /** @internal As `shutdown()`, but leaves to the set-up that follows the exporters that it has, too. */
  shutdownBut(kept: ReadonlySet<TraceExporter>): Promise<TracingStats> {
    this.#ending ??= this.#end(this.#parts.shutdownTimeoutMs, kept);
    return this.#ending;
  }

  /** Where every trace went so far. */
  stats(): TracingStats {
    return { ...this.#parts.recorder.counts(), exporters: this.#parts.pipeline.stats() };
  }

  /** As `getTrace()` of the package, for this set-up. */
  getTrace(traceId: string): Promise<Trace | undefined> {
    return this.#parts.pipeline.getTrace(traceId);
  }

  /** As `searchTraces()` of the package, for this set-up. */
  searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    return this.#parts.pipeline.searchTraces(query);
  }

  async #closeAll(): Promise<void> {
    this.#parts.recorder.closeOpen();
    await this.flush();
  }

  async #end(timeoutMs: number, kept?: ReadonlySet<TraceExporter>): Promise<TracingStats> {
    const { recorder, pipeline } = this.#parts;
    if (active.current === recorder) active.current = undefined;
    process.removeListener('beforeExit', this.#onBeforeExit);
    process.removeListener('exit', this.#onExit);
    this.#ignoreSignals?.();
    recorder.close();
    this.#parts.onEnd();
    await pipeline.shutdown(timeoutMs, kept);
    return this.stats();
  }
}

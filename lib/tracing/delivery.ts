import type { EndedTrace } from './ended-trace.js';

/** Something that went wrong on the way to one exporter. */
export interface DeliveryFailure {
  /** Says what, where and what to do, as `onError` is told; secrets that it quotes are hidden. */
  readonly message: string;
  readonly time: Date;
}

/** The traces given to one exporter, by what became of them: `recorded` is always the sum of the others. */
export interface DeliveryStats {
  readonly recorded: number;
  readonly exported: number;
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** On disk, to be sent later. */
  readonly spooled: number;
  /** In memory, to be sent soon. */
  readonly queued: number;
  /** Traces of other runs that were found on disk and sent: in no other sum. Only where an exporter has a spool. */
  readonly recovered?: number;
  /** Traces of other runs that were deleted there without having been delivered: too old, no room, refused. In no other sum. */
  readonly abandoned?: number;
  /** What went wrong last, also where all is well again. Left out while nothing has. */
  readonly lastError?: DeliveryFailure;
}

/** The way to one exporter: at once or by a queue. Failures stay inside; they are counted and told to `onError`. */
export interface Delivery {
  push(ended: EndedTrace): void;
  flush(timeoutMs: number): Promise<void>;
  /** Flushes, and gives up what is left then. */
  close(timeoutMs: number): Promise<void>;
  /** Closes the way, and ends the exporter. */
  shutdown(timeoutMs: number): Promise<void>;
  /** The process has nothing else to do: flushes, and keeps it from its end no longer. */
  finish(timeoutMs: number): Promise<void>;
  /** The process ends now; synchronous. */
  leave?(): void;
  stats(): Omit<DeliveryStats, 'lastError'>;
}

import type { Trace } from '../entities/trace.js';
import type { TraceLines } from './exporter.js';

/** Traces in one call of an exporter that does not say how many it wants. */
export const usualBatch = 64;

/** A trace on its way to an exporter. */
export interface Waiting {
  readonly trace: Trace;
  /** Characters of its inputs, outputs and attributes. */
  readonly length: number;
}

/** A trace that was recorded just now. */
export interface Arriving extends Waiting {
  /** What `traceToLine` makes of it; found out when it is asked for, as the trace is. */
  readonly line: string;
}

/** What came of handing a batch over: the exporter took it, but for those it refused; or the call failed as a whole. */
export type Outcome =
  | { readonly kind: 'taken'; readonly refused: number }
  | { readonly kind: 'failed'; readonly reason: 'export failed' | 'timeout' | 'shutdown' };

/** What an outcome means for the traces of a batch that this process has recorded; those that are neither come again. */
export interface Settlement {
  readonly exported: number;
  readonly lost: number;
  /** Whether some were kept, to be handed over again. */
  readonly isKept: boolean;
  /** Whether others are tried at once although these failed. @default false */
  readonly goesOn?: boolean;
}

/** Traces that are handed to an exporter together. */
export interface Batch {
  readonly traces: readonly Trace[];
  /** What `traceToLine` makes of them, where that can be had without the traces. */
  readonly lines?: TraceLines;
  /** Called once, when it is known what came of them. */
  settle(outcome: Outcome): Settlement;
}

/** Counts traces that are lost, by reason. */
export type Drop = (reason: string, count: number) => void;

/** Where the traces stand that an exporter has not taken yet: in memory, or on disk as well. */
export interface Backlog {
  /** Takes a trace in; says why where it cannot. Never throws. */
  add(arriving: Arriving): string | undefined;
  /** Traces that can be taken now. */
  readonly waiting: number;
  /** How often it has to be looked into although nothing was added, in ms; `undefined`: never. */
  readonly looksEveryMs: number | undefined;
  /** The oldest, at most so many; `undefined` if there are none. The next ones only when these are settled. Never rejects. */
  take(maxTraces: number): Batch | undefined | Promise<Batch | undefined>;
  /** Somebody asks for all that is there: what others have left is looked for now. */
  lookAgain?(): void;
  stats(): BacklogStats;
  /** Frees what it holds; no more is added or taken. Says how many traces are lost by that. */
  close(): number;
}

/** What stands in a backlog. */
export interface BacklogStats {
  /** On disk only. */
  readonly spooled: number;
  /** In memory, those that were taken and are not settled included. */
  readonly queued: number;
  /** Found on disk, left by other runs, and delivered. */
  readonly recovered?: number;
  /** Found on disk, left by other runs, and deleted without having been delivered: too old, no room, refused. */
  readonly abandoned?: number;
}

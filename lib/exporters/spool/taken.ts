import type { Trace } from '../../entities/trace.js';
import type { SegmentPlace } from './segment-file.js';

/** What is handed over, and what becomes of it then. */
export interface Taken {
  readonly traces: readonly Trace[];
  /** Traces of this process; those of other runs are in no sum of it. */
  readonly own: number;
  /** Where the last of them stands on disk, `undefined` where none does (any more). */
  readonly place: () => SegmentPlace | undefined;
  /** It has been delivered. Throws what the system says. */
  readonly acknowledge?: () => void;
  /** It has not, and comes again. */
  readonly putBack: () => void;
}

/** What is on its way, or was. */
export interface Handed {
  readonly taken: Taken;
  /** What was taken later has a higher one. */
  readonly order: number;
}

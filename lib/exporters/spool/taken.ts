import type { Trace } from '../../entities/trace.js';

/** What is handed over, and what becomes of it then. */
export interface Taken {
  readonly traces: readonly Trace[];
  /** Traces of this process; those of other runs are in no sum of it. */
  readonly own: number;
  /** It has been delivered. Throws what the system says. */
  readonly acknowledge: () => void;
  /** It has not, and comes again. */
  readonly putBack: () => void;
}

import type { Recorder } from './recorder.js';

/** The one place that says whether tracing is on. */
export interface ActiveRecorder {
  /** What decorated calls record into; `undefined` while tracing is off. */
  current: Recorder | undefined;
  /** The last trace that ended in this process, 32 hex digits. */
  lastTraceId: string | undefined;
}

const key = Symbol.for('traced-agents/active-recorder/1');

// Two copies of the package in one process (two versions, or one bundled) record into one set of traces.
const shared = globalThis as { [key]?: ActiveRecorder };
shared[key] ??= { current: undefined, lastTraceId: undefined };

/** Shared by all copies of this package in the process. `init()` sets it; a decorated call reads it, and is bare while it is empty. */
export const active: ActiveRecorder = shared[key];

import { processWide } from '../utils/process-wide.js';
import type { Recorder } from './recorder.js';

/** The one place that says whether tracing is on. */
export interface ActiveRecorder {
  /** What decorated calls record into; `undefined` while tracing is off. */
  current: Recorder | undefined;
  /** The last trace that ended in this process, 32 hex digits. */
  lastTraceId: string | undefined;
}

/** Shared by all copies of this package in the process. `init()` sets it; a decorated call reads it, and is bare while it is empty. */
export const active: ActiveRecorder = processWide('active-recorder/1', () => ({
  current: undefined,
  lastTraceId: undefined,
}));

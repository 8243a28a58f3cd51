import type { TraceInfoJson } from './trace-info-json.js';

/** The spans of traces as files that a server keeps beside its database. */
export interface SpanFiles {
  /** Keeps the spans of a trace that the server has been told of; `info` is what it answered. */
  write(info: TraceInfoJson, json: string, signal: AbortSignal): Promise<void>;
  /** Their JSON, wherever the server keeps them; `undefined` if there are none. */
  read(traceId: string): Promise<string | undefined>;
}

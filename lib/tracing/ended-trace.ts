import type { Trace } from '../entities/trace.js';
import { traceToLine } from '../entities/trace-line.js';
import { freezeTrace } from './freeze-trace.js';
import { liveToLine } from './live-line.js';
import type { LiveTrace } from './live-trace.js';

/** How many there were, which numbers them. */
let count = 0;

/** A file and a spool write the same trace one after the other. Known by its number: the trace would hold all of its set-up. */
let lastWritten = 0;
let lastLine = '';
/** What is longer is not held on to. */
const longestKept = 262_144;

/**
 * A trace on its way out. The entity is made when somebody first wants it: for a queue that is at its next turn, when the traced
 * program no longer waits, and for a memory of traces most often never. Ended spans change no more, so that it is the same whenever
 * it is made.
 */
export class EndedTrace {
  /** 32 hex digits. */
  readonly id: string;
  /** Characters of its inputs, outputs and attributes: what it weighs in memory, nearly. */
  readonly length: number;
  /** The next in a list of traces. */
  newer: EndedTrace | undefined = undefined;
  readonly #number: number;
  #live: LiveTrace | undefined;
  #trace: Trace | undefined = undefined;

  constructor(live: LiveTrace) {
    this.id = live.traceId;
    this.length = live.payloadLength;
    count += 1;
    this.#number = count;
    this.#live = live;
    // What is unfinished may still change: it is kept as it is now.
    if (live.openSpans > 0) this.#freeze(live);
  }

  get trace(): Trace {
    // One of the two is always there.
    return this.#trace ?? this.#freeze(this.#live as LiveTrace);
  }

  /** What `traceToLine` makes of it. The entity is not made for it. */
  get line(): string {
    if (lastWritten === this.#number) return lastLine;
    const line = this.#live === undefined ? traceToLine(this.trace) : liveToLine(this.#live);
    if (line.length <= longestKept) {
      lastWritten = this.#number;
      lastLine = line;
    }
    return line;
  }

  #freeze(live: LiveTrace): Trace {
    this.#trace = freezeTrace(live);
    this.#live = undefined;
    return this.#trace;
  }
}

import type { LiveTrace } from './live-trace.js';

/**
 * The traces that are open, the oldest first. A list linked through the traces themselves: a set would cost each of them more
 * than all the other bookkeeping.
 */
export class OpenTraces {
  #oldest: LiveTrace | undefined = undefined;
  #newest: LiveTrace | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): LiveTrace | undefined {
    return this.#oldest;
  }

  add(trace: LiveTrace): void {
    trace.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = trace;
    else this.#newest.newer = trace;
    this.#newest = trace;
    this.#size += 1;
  }

  /** Takes out one that is in it. */
  delete(trace: LiveTrace): void {
    const { older, newer } = trace;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    trace.older = undefined;
    trace.newer = undefined;
    this.#size -= 1;
  }
}

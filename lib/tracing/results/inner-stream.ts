import type { Method } from './shadow.js';
import type { StreamObserver } from './stream-observers.js';

/** A stream that is one chunk of another: the whole is told of its chunks, and goes on when it is over. */
export class InnerStream implements StreamObserver {
  readonly #whole: StreamObserver;

  constructor(whole: StreamObserver) {
    this.#whole = whole;
  }

  get isDone(): boolean {
    return this.#whole.isDone;
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    return this.#whole.run(fn, self, args);
  }

  chunk(chunk: unknown): void {
    this.#whole.chunk(chunk);
  }

  answered(): void {
    this.#whole.answered();
  }

  branch(): StreamObserver {
    return this;
  }

  follow(): void {
    // The whole is followed.
  }

  rest(): void {
    // It has no branches of its own.
  }

  end(): void {
    // So does the whole, with its own.
  }

  fail(): void {
    // Whoever iterates the whole meets it there.
  }

  cancel(): void {
    // One answer of several was left.
  }
}

import type { StreamObservers } from './stream-observers.js';

/**
 * A stream of the chunks of another one, for a pipe, which runs inside the engine where nothing is seen. It keeps no chunk and
 * asks for one only when it is asked, so nothing is pulled earlier than without it.
 */
export class Passage {
  readonly stream: ReadableStream<unknown>;
  readonly #observers: StreamObservers;
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  #isReading = false;
  #isSourceClosed = false;
  #isOver = false;

  constructor(source: ReadableStream<unknown>, observers: StreamObservers) {
    this.#observers = observers;
    this.#reader = new ReadableStreamDefaultReader(source); // not by getReader(), which is shadowed
    this.stream = new ReadableStream<unknown>(
      {
        start: (controller) => this.#followEnd(controller),
        pull: (controller) => this.#pull(controller),
        cancel: (reason) => this.#cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** Unlocks the source. What it has not given yet is for others to read. */
  release(): void {
    this.#isOver = true;
    this.#reader.releaseLock();
  }

  /** The end of the source is the end at once, though nobody asks for more. */
  #followEnd(controller: ReadableStreamDefaultController<unknown>): void {
    this.#reader.closed.then(
      () => {
        this.#isSourceClosed = true;
        if (!this.#isReading) this.#close(controller);
      },
      (reason: unknown) => this.#fail(controller, reason),
    );
  }

  #pull(controller: ReadableStreamDefaultController<unknown>): Promise<void> {
    this.#isReading = true;
    const step = this.#observers.run(readFrom, this.#reader, []) as ReturnType<typeof readFrom>; // what it returned
    return step.then(
      ({ done, value }) => {
        this.#isReading = false;
        if (!done) this.#pass(controller, value);
        if (done || this.#isSourceClosed) this.#close(controller);
      },
      (reason: unknown) => this.#fail(controller, reason),
    );
  }

  #pass(controller: ReadableStreamDefaultController<unknown>, chunk: unknown): void {
    this.#observers.chunk(chunk);
    if (!this.#isOver) controller.enqueue(chunk);
  }

  #close(controller: ReadableStreamDefaultController<unknown>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#observers.end();
    controller.close();
  }

  #fail(controller: ReadableStreamDefaultController<unknown>, reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#observers.fail(reason);
    controller.error(reason);
  }

  #cancel(reason: unknown): Promise<void> {
    this.#isOver = true;
    this.#observers.cancel();
    return this.#reader.cancel(reason);
  }
}

function readFrom(this: unknown): ReturnType<ReadableStreamDefaultReader<unknown>['read']> {
  return (this as ReadableStreamDefaultReader<unknown>).read(); // it is only called on one
}

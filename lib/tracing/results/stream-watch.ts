import { AttributeKey } from '../../entities/attributes.js';
import type { OpenCall } from '../open-call.js';
import { finish, type Outcome } from './finish.js';
import { isOver } from './observers.js';
import type { Method } from './shadow.js';
import type { StreamObserver } from './stream-observers.js';
import { StreamRecord } from './stream-record.js';

/** Ends the span of a stream that the program let go of without reading it to its end. */
const abandoned = new FinalizationRegistry<StreamWatch>((watch) => watch.cancel());

/** What is seen of one stream while the program reads it. The stream may have branches (`tee`): each chunk counts once. */
export class StreamWatch implements StreamObserver {
  readonly #open: OpenCall;
  readonly #record: StreamRecord;
  #openBranches = 1;

  constructor(open: OpenCall) {
    this.#open = open;
    this.#record = new StreamRecord(open.span, open.recorder);
  }

  get isDone(): boolean {
    return isOver(this.#open.span);
  }

  follow(stream: object): void {
    abandoned.unregister(this);
    abandoned.register(stream, this, this);
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    const { recorder, context } = this.#open;
    return recorder.contexts.run(context, { target: fn, self, args });
  }

  chunk(chunk: unknown): void {
    this.#record.add(chunk);
  }

  branch(): StreamBranch {
    return this.branchAt(this.#record.seen);
  }

  /** A branch that goes on after so many chunks. */
  branchAt(position: number): StreamBranch {
    this.#openBranches += 1;
    return new StreamBranch(this, position);
  }

  /** A chunk that is the `position`th of its branch: new, unless another branch was faster. */
  chunkAt(position: number, chunk: unknown): void {
    if (position > this.#record.seen) this.chunk(chunk);
  }

  end(returned?: unknown): void {
    const { span } = this.#open;
    if (span.hasEnded) return;
    if (returned !== undefined && span.definition.captureOutputs)
      span.setAttribute(AttributeKey.streamReturned, returned as object); // any value: it is captured as JSON
    this.#finish({ value: this.#record.chunks });
  }

  fail(thrown: unknown): void {
    this.#finish({ thrown });
  }

  /** With branches, the last one that stops ends the span. */
  cancel(): void {
    this.#openBranches -= 1;
    if (this.#openBranches > 0 || this.#open.span.hasEnded) return;
    this.#open.span.setAttribute(AttributeKey.streamCancelled, true);
    this.#finish({ value: this.#record.chunks });
  }

  /** What came before a failure is worth as much as the rest would have been. */
  #finish(outcome: Outcome): void {
    abandoned.unregister(this);
    this.#record.settle();
    finish(this.#open, outcome);
  }
}

/** One of several readers of the same chunks. */
class StreamBranch implements StreamObserver {
  readonly #watch: StreamWatch;
  #position: number;

  constructor(watch: StreamWatch, position: number) {
    this.#watch = watch;
    this.#position = position;
  }

  get isDone(): boolean {
    return this.#watch.isDone;
  }

  follow(): void {
    // The whole watch follows one object; a branch that is dropped ends with the trace.
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    return this.#watch.run(fn, self, args);
  }

  chunk(chunk: unknown): void {
    this.#position += 1;
    this.#watch.chunkAt(this.#position, chunk);
  }

  end(): void {
    this.#watch.end();
  }

  fail(thrown: unknown): void {
    this.#watch.fail(thrown);
  }

  cancel(): void {
    this.#watch.cancel();
  }

  branch(): StreamBranch {
    return this.#watch.branchAt(this.#position);
  }
}

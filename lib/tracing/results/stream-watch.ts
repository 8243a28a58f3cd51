import { AttributeKey } from '../../entities/attributes.js';
import type { OpenCall } from '../open-call.js';
import { finish, type Outcome } from './finish.js';
import { Following } from './following.js';
import { isOver } from './observers.js';
import type { Method } from './shadow.js';
import type { StreamObserver } from './stream-observers.js';
import { StreamRecord } from './stream-record.js';

/** What is seen of one stream while the program reads it. The stream may have branches (`tee`): each chunk counts once. */
export class StreamWatch implements StreamObserver {
  readonly #open: OpenCall;
  readonly #record: StreamRecord;
  readonly #following: Following;
  /** Chunks that have passed this reader. */
  #position: number;
  #hasLeft = false;
  #isResting = false;

  constructor(open: OpenCall, record: StreamRecord = new StreamRecord(open.span, open.recorder), position = 0) {
    this.#open = open;
    this.#record = record;
    this.#following = new Following(record);
    this.#position = position;
    record.readers += 1;
  }

  get isDone(): boolean {
    return this.#hasLeft || isOver(this.#open.span);
  }

  follow(stream: object): void {
    this.#following.follow(stream);
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    const { recorder, context } = this.#open;
    return recorder.contexts.run(context, { target: fn, self, args });
  }

  chunk(chunk: unknown): void {
    this.#position += 1;
    if (this.#position > this.#record.seen) this.#record.add(chunk); // no other branch was faster
    if (this.#record.isComplete) this.end();
  }

  answered(): void {
    this.#record.endAnswer();
  }

  branch(): StreamWatch {
    return new StreamWatch(this.#open, this.#record, this.#position);
  }

  rest(): void {
    this.#following.end();
    if (!this.#isResting) this.#record.readers -= 1;
    this.#isResting = true;
  }

  end(returned?: unknown): void {
    const { span } = this.#open;
    if (span.hasEnded) return;
    if (returned !== undefined && span.definition.captureOutputs)
      span.setAttribute(AttributeKey.streamReturned, returned as object); // any value: it is captured as JSON
    this.#finish(this.#record.outcome);
  }

  fail(thrown: unknown): void {
    this.#finish({ thrown });
  }

  /** With branches, the last one that stops ends the span. */
  cancel(): void {
    if (this.isDone) return;
    this.#hasLeft = true;
    this.#following.end();
    this.#record.readers -= 1;
    if (this.#record.readers > 0) return;
    this.#open.span.setAttribute(AttributeKey.streamCancelled, true);
    this.#finish(this.#record.outcome);
  }

  /** What came before a failure is worth as much as the rest would have been. */
  #finish(outcome: Outcome): void {
    this.#following.end();
    this.#record.settle();
    finish(this.#open, outcome);
  }
}

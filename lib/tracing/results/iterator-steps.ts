import { types } from 'node:util';
import type { OutcomeObserver } from './outcome-observers.js';
import type { StreamObservers } from './stream-observers.js';

/** By which of its methods an iterator was asked for a step. */
export type StepKind = 'next' | 'return' | 'throw';

/** What the steps of one iterator say of the stream. */
export class IteratorSteps {
  readonly observers: StreamObservers;
  readonly #areChunksSeen: () => boolean;
  #isLeft = false;

  /** @param areChunksSeen whether the iterator takes its chunks from where they are seen already. */
  constructor(observers: StreamObservers, areChunksSeen: () => boolean) {
    this.observers = observers;
    this.#areChunksSeen = areChunksSeen;
  }

  /** A step of anybody's making. */
  see(step: unknown, kind: StepKind): void {
    if (typeof step !== 'object' || step === null || types.isProxy(step)) return;
    this.read(step as IteratorResult<unknown>, kind); // the iterator protocol
  }

  read({ done, value }: IteratorResult<unknown>, kind: StepKind): void {
    if (kind === 'return') this.#isLeft = true;
    // A generator that is left may yield in a `finally` block: it is over when it says so.
    if (done !== true) {
      if (!this.#areChunksSeen()) this.observers.chunk(value);
    } else if (this.#isLeft) this.observers.cancel();
    else this.observers.end(value);
  }

  /** In place of a step. */
  rethrow(thrown: unknown): never {
    this.observers.fail(thrown);
    throw thrown;
  }
}

/** A step that is a thenable of the iterator's own: it is seen when the program awaits it. */
export class StepOutcome implements OutcomeObserver {
  readonly #steps: IteratorSteps;
  readonly #kind: StepKind;

  constructor(steps: IteratorSteps, kind: StepKind) {
    this.#steps = steps;
    this.#kind = kind;
  }

  get isDone(): boolean {
    return this.#steps.observers.isDone;
  }

  asked(): void {
    // The stream is followed as a whole.
  }

  value(step: unknown): void {
    this.#steps.see(step, this.#kind);
  }

  fail(thrown: unknown): void {
    this.#steps.observers.fail(thrown);
  }
}

import { type Observer, Observers } from './observers.js';
import type { Method } from './shadow.js';

/** Who waits for the outcome of a thenable. */
export interface OutcomeObserver extends Observer {
  /** The program asks for the outcome, and may let go of the thenable while it waits. */
  asked(): void;
  value(value: unknown): void;
  fail(thrown: unknown): void;
}

/** All who wait for one outcome, as one: each is told of it once. */
export class OutcomeObservers extends Observers<OutcomeObserver> implements OutcomeObserver {
  #isInside = false;

  /** Whether one of the thenable's methods is running, so that what it calls is its own affair. */
  get isInside(): boolean {
    return this.#isInside;
  }

  runInside(method: Method, self: unknown, args: readonly unknown[]): unknown {
    const wasInside = this.#isInside;
    this.#isInside = true;
    try {
      return Reflect.apply(method, self, args);
    } finally {
      this.#isInside = wasInside;
    }
  }

  asked(): void {
    for (const member of this.members) member.asked();
  }

  value(value: unknown): void {
    for (const member of this.take()) member.value(value);
  }

  fail(thrown: unknown): void {
    for (const member of this.take()) member.fail(thrown);
  }
}

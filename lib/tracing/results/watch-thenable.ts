import { AttributeKey } from '../../entities/attributes.js';
import type { OpenCall } from '../open-call.js';
import type { RecordingSpan } from '../recording-span.js';
import { finish, unseen } from './finish.js';
import { type Abandonable, Following } from './following.js';
import { observeOutcome } from './observe-outcome.js';
import { isOver } from './observers.js';
import type { OutcomeObserver } from './outcome-observers.js';

/**
 * Watches a promise subclass, a query builder or any other thenable. It is not triggered by us: the outcome is seen when
 * the program itself asks for it, through `then` or another method of the very same object.
 */
export function watchThenable(
  open: OpenCall,
  thenable: object,
  onValue: (open: OpenCall, value: unknown) => void,
): void {
  const observer = new CallObserver(open, onValue);
  if (!observeOutcome(thenable, observer)) return finish(open, unseen);
  observer.follow(thenable);
}

/** What is left to tell of a thenable that the program let go of before it asked for the outcome. */
class UnaskedThenable implements Abandonable {
  readonly #span: RecordingSpan;

  constructor(span: RecordingSpan) {
    this.#span = span;
  }

  abandon(): void {
    if (this.#span.hasEnded) return;
    this.#span.setAttribute(AttributeKey.unfinished, true);
    this.#span.end();
  }
}

/** A call that returned the thenable. */
class CallObserver implements OutcomeObserver {
  readonly #open: OpenCall;
  readonly #onValue: (open: OpenCall, value: unknown) => void;
  readonly #following: Following;

  constructor(open: OpenCall, onValue: (open: OpenCall, value: unknown) => void) {
    this.#open = open;
    this.#onValue = onValue;
    this.#following = new Following(new UnaskedThenable(open.span));
  }

  follow(thenable: object): void {
    this.#following.follow(thenable);
  }

  get isDone(): boolean {
    return isOver(this.#open.span);
  }

  asked(): void {
    this.#following.end();
  }

  value(value: unknown): void {
    this.#onValue(this.#open, value);
  }

  fail(thrown: unknown): void {
    finish(this.#open, { thrown });
  }
}

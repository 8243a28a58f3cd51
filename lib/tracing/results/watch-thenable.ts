import { AttributeKey } from '../../entities/attributes.js';
import type { OpenCall } from '../open-call.js';
import type { RecordingSpan } from '../recording-span.js';
import { finish, unseen } from './finish.js';
import { type Abandonable, Following } from './following.js';
import { InnerStream } from './inner-stream.js';
import { observeOutcome } from './observe-outcome.js';
import { isOver } from './observers.js';
import type { OutcomeObserver } from './outcome-observers.js';
import { hasMethod, kindOf } from './result-kind.js';
import { StreamWatch } from './stream-watch.js';
import { observeEventStream } from './watch-event-stream.js';
import { observeIterations } from './watch-iterator.js';

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
  if (hasMethod(thenable, Symbol.asyncIterator)) observeIterations(new IterationWatch(open, observer), thenable);
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
  #isIterated = false;

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

  /** From here on it is the iteration that tells what the call comes to. */
  iterated(): void {
    this.#following.end();
    this.#isIterated = true;
  }

  value(value: unknown): void {
    if (!this.#isIterated) this.#onValue(this.#open, value);
  }

  fail(thrown: unknown): void {
    if (!this.#isIterated) finish(this.#open, { thrown });
  }
}

/**
 * The iteration of what may be awaited instead, such as an SDK's runner of tools. It may begin within `then`; what other methods
 * bring meanwhile is no outcome.
 */
class IterationWatch extends StreamWatch {
  readonly #call: CallObserver;

  constructor(open: OpenCall, call: CallObserver) {
    super(open);
    this.#call = call;
  }

  override follow(iterator: object): void {
    this.#call.iterated();
    super.follow(iterator);
  }

  /** A runner that streams gives a stream for each answer. */
  override chunk(chunk: unknown): void {
    const isStream = kindOf(chunk) === 'event-stream';
    if (!isStream || !observeEventStream(new InnerStream(this), chunk as object)) super.chunk(chunk);
  }
}

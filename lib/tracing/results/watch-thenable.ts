import { types } from 'node:util';
import { AttributeKey } from '../../entities/attributes.js';
import type { OpenCall } from '../open-call.js';
import type { RecordingSpan } from '../recording-span.js';
import { type Abandonable, followObject, unfollow } from './abandoned.js';
import { finish } from './finish.js';
import { isOver, type Observer, Observers } from './observers.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';

/**
 * Watches a promise subclass, a query builder or any other thenable. It is not triggered by us: the outcome is seen when
 * the program itself asks for it, through `then`, `catch` or `finally` of the very same object.
 */
export function watchThenable(
  open: OpenCall,
  thenable: object,
  onValue: (open: OpenCall, value: unknown) => void,
): void {
  const observer = new CallObserver(open, onValue);
  if (!observeOutcome(thenable, observer)) return finish(open, { value: undefined });
  followObject(observer, thenable, new UnaskedThenable(open.span));
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

interface OutcomeObserver extends Observer {
  /** The program asks for the outcome, and may let go of the thenable while it waits. */
  asked(): void;
  value(value: unknown): void;
  fail(thrown: unknown): void;
}

/** A call that returned the thenable. */
class CallObserver implements OutcomeObserver {
  readonly #open: OpenCall;
  readonly #onValue: (open: OpenCall, value: unknown) => void;

  constructor(open: OpenCall, onValue: (open: OpenCall, value: unknown) => void) {
    this.#open = open;
    this.#onValue = onValue;
  }

  get isDone(): boolean {
    return isOver(this.#open.span);
  }

  asked(): void {
    unfollow(this);
  }

  value(value: unknown): void {
    this.#onValue(this.#open, value);
  }

  fail(thrown: unknown): void {
    finish(this.#open, { thrown });
  }
}

/** All who wait for one outcome: each is told of it once. */
class OutcomeObservers extends Observers<OutcomeObserver> {
  asked(): void {
    for (const observer of this.members) observer.asked();
  }

  value(value: unknown): void {
    for (const observer of this.take()) observer.value(value);
  }

  fail(thrown: unknown): void {
    for (const observer of this.take()) observer.fail(thrown);
  }
}

const observed = new WeakMap<object, OutcomeObservers>();

/** As with streams, the first observer has the methods shadowed, and later ones join it. */
function observeOutcome(thenable: object, observer: OutcomeObserver): boolean {
  const present = observed.get(thenable);
  if (present !== undefined) return present.add(observer);
  const observers = new OutcomeObservers();
  observers.add(observer);
  if (!shadow(thenable, 'then', (then) => observeThen(observers, then))) return false;
  if (types.isPromise(thenable) && thenable.constructor === Promise) showToAwait(thenable);
  for (const key of ['catch', 'finally'] as const) {
    // The built-in ones ask `then`, which is watched already.
    if (hasMethod(thenable, key) && Reflect.get(thenable, key) !== Promise.prototype[key]) {
      shadow(thenable, key, (method) => observeDerived(observers, method));
    }
  }
  observed.set(thenable, observers);
  return true;
}

/**
 * `await` reads a promise whose constructor is `Promise` without asking its `then`; any other it asks. The stand-in differs from
 * `Promise` in its identity alone.
 */
function showToAwait(promise: Promise<unknown>): void {
  Reflect.defineProperty(promise, 'constructor', { value: standIn, writable: true, configurable: true });
}

const standIn = new Proxy(Promise, {});

function observeThen(observers: OutcomeObservers, then: Method): Method {
  return function (onFulfilled, onRejected, ...rest) {
    const observeValue = (value: unknown): unknown => {
      observers.value(value);
      return typeof onFulfilled === 'function' ? (onFulfilled as Method)(value) : value;
    };
    const observeThrown = (thrown: unknown): unknown => {
      observers.fail(thrown);
      if (typeof onRejected === 'function') return (onRejected as Method)(thrown);
      throw thrown;
    };
    observers.asked();
    return Reflect.apply(then, this, [observeValue, observeThrown, ...rest]);
  };
}

/** A `catch` or `finally` of the object's own, which may go round its `then`. What it returns is new, so it may be a derived promise. */
function observeDerived(observers: OutcomeObservers, method: Method): Method {
  return function (handler, ...rest) {
    const observed =
      method.name === 'catch' && typeof handler === 'function'
        ? (thrown: unknown): unknown => {
            observers.fail(thrown);
            return (handler as Method)(thrown);
          }
        : handler;
    observers.asked();
    const derived = Reflect.apply(method, this, [observed, ...rest]);
    if (!(derived instanceof Promise)) return derived;
    return derived.then(
      (value: unknown) => {
        observers.value(value);
        return value;
      },
      (thrown: unknown) => {
        observers.fail(thrown);
        throw thrown;
      },
    );
  };
}

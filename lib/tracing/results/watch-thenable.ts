import { types } from 'node:util';
import type { OpenCall } from '../open-call.js';
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
  if (!observeOutcome(thenable, new CallObserver(open, onValue))) finish(open, { value: undefined });
}

interface OutcomeObserver extends Observer {
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

  value(value: unknown): void {
    this.#onValue(this.#open, value);
  }

  fail(thrown: unknown): void {
    finish(this.#open, { thrown });
  }
}

/** All who wait for one outcome: each is told of it once. */
class OutcomeObservers extends Observers<OutcomeObserver> {
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

import { types } from 'node:util';
import { ownField } from '../../usage/own-fields.js';
import { type OutcomeObserver, OutcomeObservers } from './outcome-observers.js';
import { hasMethod, kindOf } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { methodsOf } from './thenable-methods.js';

const observed = new WeakMap<object, OutcomeObservers>();

/**
 * Lets an observer see the outcome of a thenable, once the program itself asks for it. As with streams, the first observer has
 * the methods shadowed, and later ones join it. `false` where the object cannot be changed.
 */
export function observeOutcome(thenable: object, observer: OutcomeObserver): boolean {
  const present = observed.get(thenable);
  if (present !== undefined) return present.add(observer);
  const observers = new OutcomeObservers();
  observers.add(observer);
  if (!shadow(thenable, 'then', (then) => observeThen(observers, then))) return false;
  if (types.isPromise(thenable) && thenable.constructor === Promise) showToAwait(thenable);
  for (const key of methodsOf(thenable)) {
    shadow(thenable, key, (method) =>
      key === 'catch' ? observeCatch(observers, method) : observeAsking(observers, method),
    );
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
    return observers.runInside(then, this, [observeValue, observeThrown, ...rest]);
  };
}

/** A `catch` of the object's own, which may go round its `then`. */
function observeCatch(observers: OutcomeObservers, method: Method): Method {
  const observeRest = observeAsking(observers, method);
  return function (onRejected, ...rest) {
    if (typeof onRejected !== 'function') return Reflect.apply(observeRest, this, [onRejected, ...rest]);
    const observeThrown = (thrown: unknown): unknown => {
      observers.fail(thrown);
      return (onRejected as Method)(thrown);
    };
    return Reflect.apply(observeRest, this, [observeThrown, ...rest]);
  };
}

/**
 * A method that may ask for the outcome in its own way, round `then`: an SDK's `withResponse()`, a query's `execute()`. What its
 * promise comes to is what the thenable has come to; anything else that it returns is none of ours.
 */
function observeAsking(observers: OutcomeObservers, method: Method): Method {
  return function (...args) {
    if (observers.isInside) return Reflect.apply(method, this, args);
    const asking = observers.runInside(method, this, args);
    if (!types.isPromise(asking) || asking === this) return asking;
    observers.asked();
    if (kindOf(asking) === 'promise') return observeDerived(observers, asking);
    if (!observed.has(asking)) observeOutcome(asking, observers); // once, and never in a circle
    return asking;
  };
}

/** The promise is new, so the program may as well have one derived from it. */
function observeDerived(observers: OutcomeObservers, promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      observers.value(answerIn(value));
      return value;
    },
    (thrown: unknown) => {
      observers.fail(thrown);
      throw thrown;
    },
  );
}

/** SDKs give an answer together with its HTTP response as `{ data, response }`: the answer is what `then` would have given. */
function answerIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const data = Object.getOwnPropertyDescriptor(value, 'data');
  const response = ownField(value, 'response');
  if (data === undefined || typeof response !== 'object' || response === null) return value;
  return hasMethod(response, 'arrayBuffer') ? data.value : value;
}

import type { OpenCall } from '../open-call.js';
import { finish } from './finish.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';

/**
 * Watches a promise subclass, a query builder or any other thenable. It is not triggered by us: the outcome is seen when
 * the program itself asks for it, through `then`, `catch` or `finally` of the very same object.
 */
export function watchThenable(open: OpenCall, thenable: object, onValue: (value: unknown) => void): void {
  const onThrown = (thrown: unknown): void => finish(open, { thrown });
  const isWatched = shadow(thenable, 'then', (then) => watchThen(then, onValue, onThrown));
  if (!isWatched) return finish(open, { value: undefined });
  for (const key of ['catch', 'finally'] as const) {
    // The built-in ones ask `then`, which is watched already.
    if (hasMethod(thenable, key) && Reflect.get(thenable, key) !== Promise.prototype[key]) {
      shadow(thenable, key, (method) => watchDerived(method, onValue, onThrown));
    }
  }
}

type Observer = (outcome: unknown) => void;

function watchThen(then: Method, onValue: Observer, onThrown: Observer): Method {
  return function (onFulfilled, onRejected, ...rest) {
    const observeValue = (value: unknown): unknown => {
      onValue(value);
      return typeof onFulfilled === 'function' ? (onFulfilled as Method)(value) : value;
    };
    const observeThrown = (thrown: unknown): unknown => {
      onThrown(thrown);
      if (typeof onRejected === 'function') return (onRejected as Method)(thrown);
      throw thrown;
    };
    return Reflect.apply(then, this, [observeValue, observeThrown, ...rest]);
  };
}

/** A `catch` or `finally` of the object's own, which may go round its `then`. What it returns is new, so it may be a derived promise. */
function watchDerived(method: Method, onValue: Observer, onThrown: Observer): Method {
  return function (handler, ...rest) {
    const observed =
      method.name === 'catch' && typeof handler === 'function'
        ? (thrown: unknown): unknown => {
            onThrown(thrown);
            return (handler as Method)(thrown);
          }
        : handler;
    const derived = Reflect.apply(method, this, [observed, ...rest]);
    if (!(derived instanceof Promise)) return derived;
    return derived.then(
      (value: unknown) => {
        onValue(value);
        return value;
      },
      (thrown: unknown) => {
        onThrown(thrown);
        throw thrown;
      },
    );
  };
}

import type { OpenCall } from '../open-call.js';
import { finish, unseen } from './finish.js';
import { IteratorSteps } from './iterator-steps.js';
import { observeStep } from './observe-step.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { join, observe, type StreamObserver, type StreamObservers } from './stream-observers.js';
import { StreamWatch } from './stream-watch.js';

/** Watches a generator or another iterator: lazy as it is, each step runs inside the span, which ends with the iteration. */
export function watchIterator(open: OpenCall, iterator: object): void {
  if (!observeIterator(new StreamWatch(open), iterator)) finish(open, unseen);
}

/** Watches an async iterable: an async generator, or an object that makes an iterator when it is asked for one. */
export function watchAsyncIterable(open: OpenCall, iterable: object): void {
  if (!observeAsyncIterable(new StreamWatch(open), iterable)) finish(open, unseen);
}

/** As `watchAsyncIterable`, for an observer that exists already. `false` where the object cannot be changed. */
function observeAsyncIterable(observer: StreamObserver, iterable: object): boolean {
  if (hasMethod(iterable, 'next')) return observeIterator(observer, iterable);
  return observe(iterable, observer, (observers) => {
    if (hasMethod(iterable, 'tee'))
      shadow(iterable, 'tee', (tee) => observeBranches(observers, tee, observeAsyncIterable));
    return shadow(iterable, Symbol.asyncIterator, (make) => observeMaking(observers, make));
  });
}

/** The iterators of what need not be iterated: nothing is followed before there is one. */
export function observeIterations(observer: StreamObserver, iterable: object): void {
  join(iterable, observer, (observers) =>
    shadow(iterable, Symbol.asyncIterator, (make) => observeMaking(observers, make)),
  );
}

/** A method that makes an iterator, which is watched for all calls that gave the iterable since the last one was made. */
function observeMaking(observers: StreamObservers, make: Method): Method {
  return function (...args) {
    const iterator = observers.run(make, this, args);
    if (typeof iterator === 'object' && iterator !== null) {
      for (const observer of observers.take()) observeIterator(observer, iterator);
    }
    return iterator;
  };
}

/** A method that makes two readers of the same chunks. */
export function observeBranches(
  observers: StreamObservers,
  tee: Method,
  observeBranch: (observer: StreamObserver, branch: object) => boolean,
): Method {
  return function (...args) {
    const branches = observers.run(tee, this, args);
    if (Array.isArray(branches)) {
      const branchObservers = branches.map(() => observers.branch());
      observers.cancel(); // the whole is read through its branches from here on
      branches.forEach((branch: object, index) => {
        const branchObserver = branchObservers[index];
        if (branchObserver !== undefined) observeBranch(branchObserver, branch);
      });
    }
    return branches;
  };
}

const never = (): boolean => false;

/** Puts observers before `next`, `return` and `throw` of one iterator. */
export function observeIterator(
  observer: StreamObserver,
  iterator: object,
  areChunksSeen: () => boolean = never,
): boolean {
  return observe(iterator, observer, (observers) => {
    const steps = new IteratorSteps(observers, areChunksSeen);
    for (const key of ['return', 'throw'] as const) {
      if (hasMethod(iterator, key)) shadow(iterator, key, (original) => observeStep(steps, original, key));
    }
    return hasMethod(iterator, 'next') && shadow(iterator, 'next', (original) => observeStep(steps, original, 'next'));
  });
}

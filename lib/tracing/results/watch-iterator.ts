import type { OpenCall } from '../open-call.js';
import { finish } from './finish.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { type StreamObserver, StreamWatch } from './stream-watch.js';

/** Watches a generator or another iterator: lazy as it is, each step runs inside the span, which ends with the iteration. */
export function watchIterator(open: OpenCall, iterator: object): void {
  if (!observeIterator(new StreamWatch(open), iterator)) finish(open, { value: undefined });
}

/** Watches an async iterable: an async generator, or an object that makes an iterator when it is asked for one. */
export function watchAsyncIterable(open: OpenCall, iterable: object): void {
  if (!observeAsyncIterable(new StreamWatch(open), iterable)) finish(open, { value: undefined });
}

/** As `watchAsyncIterable`, for an observer that exists already. `false` where the object cannot be changed. */
export function observeAsyncIterable(observer: StreamObserver, iterable: object): boolean {
  if (hasMethod(iterable, 'next')) return observeIterator(observer, iterable);
  if (hasMethod(iterable, 'tee'))
    shadow(iterable, 'tee', (tee) => observeBranches(observer, tee, observeAsyncIterable));
  observer.follow(iterable);
  return shadow(iterable, Symbol.asyncIterator, (original) => observeMaking(observer, original));
}

/** A method that makes an iterator: the first one it makes is watched. */
export function observeMaking(observer: StreamObserver, make: Method): Method {
  let isFirst = true;
  return function (...args) {
    const iterator = observer.run(make, this, args);
    if (isFirst && typeof iterator === 'object' && iterator !== null) {
      isFirst = false;
      observeIterator(observer, iterator);
    }
    return iterator;
  };
}

/** A method that makes two readers of the same chunks. */
export function observeBranches(
  observer: StreamObserver,
  tee: Method,
  observe: (observer: StreamObserver, branch: object) => boolean,
): Method {
  return function (...args) {
    const branches = observer.run(tee, this, args);
    if (Array.isArray(branches)) {
      const branchObservers = branches.map(() => observer.branch());
      observer.cancel(); // the whole is read through its branches from here on
      branches.forEach((branch: object, index) => {
        const branchObserver = branchObservers[index];
        if (branchObserver !== undefined) observe(branchObserver, branch);
      });
    }
    return branches;
  };
}

/** Puts observers before `next`, `return` and `throw` of one iterator. */
export function observeIterator(observer: StreamObserver, iterator: object): boolean {
  observer.follow(iterator);
  for (const key of ['return', 'throw'] as const) {
    if (hasMethod(iterator, key)) shadow(iterator, key, (original) => observeStep(observer, original, key));
  }
  return hasMethod(iterator, 'next') && shadow(iterator, 'next', (original) => observeStep(observer, original, 'next'));
}

type StepKind = 'next' | 'return' | 'throw';

function observeStep(observer: StreamObserver, original: Method, kind: StepKind): Method {
  const onStep = (step: unknown): unknown => {
    seeStep(observer, step, kind);
    return step;
  };
  const onThrown = (thrown: unknown): never => {
    observer.fail(thrown);
    throw thrown;
  };
  return function (...args) {
    let step: unknown;
    try {
      step = observer.run(original, this, args);
    } catch (thrown) {
      return onThrown(thrown);
    }
    return step instanceof Promise ? step.then(onStep, onThrown) : onStep(step);
  };
}

function seeStep(observer: StreamObserver, step: unknown, kind: StepKind): void {
  if (typeof step !== 'object' || step === null) return;
  const { done, value } = step as IteratorResult<unknown>; // the iterator protocol
  if (done !== true) observer.chunk(value);
  else if (kind === 'return') observer.cancel();
  else observer.end(value);
}

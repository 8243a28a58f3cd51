import type { OpenCall } from '../open-call.js';
import { finish, unseen } from './finish.js';
import { observePipeThrough, observePipeTo } from './observe-pipes.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { observe, type StreamObserver, type StreamObservers } from './stream-observers.js';
import { StreamWatch } from './stream-watch.js';
import { observeBranches, observeIterator } from './watch-iterator.js';

/** Watches a web stream through every way it can be read. It is never locked or read by us. */
export function watchReadableStream(open: OpenCall, stream: object): void {
  if (!observeReadableStream(new StreamWatch(open), stream)) finish(open, unseen);
}

/** As `watchReadableStream`, for an observer that exists already. `false` where the object cannot be changed. */
export function observeReadableStream(
  observer: StreamObserver,
  stream: object,
  observeTee: (observers: StreamObservers, tee: Method) => Method = observeBoth,
): boolean {
  return observe(stream, observer, (observers) => shadowMethods(observers, stream, observeTee));
}

function observeBoth(observers: StreamObservers, tee: Method): Method {
  return observeBranches(observers, tee, observeReadableStream);
}

function shadowMethods(
  observers: StreamObservers,
  stream: object,
  observeTee: (observers: StreamObservers, tee: Method) => Method,
): boolean {
  const readers = { count: 0 };
  if (!shadow(stream, 'getReader', (getReader) => observeReader(observers, getReader, readers))) return false;
  const shadows: Record<PropertyKey, (original: Method) => Method> = {
    values: (values) => observeValues(observers, values, readers),
    [Symbol.asyncIterator]: (values) => observeValues(observers, values, readers),
    tee: (tee) => observeTee(observers, tee),
    pipeTo: (pipeTo) => observePipeTo(observers, pipeTo),
    pipeThrough: (pipeThrough) => observePipeThrough(observers, pipeThrough),
    cancel: (cancel) => observeCancel(observers, cancel),
  };
  for (const key of Reflect.ownKeys(shadows)) {
    const make = shadows[key];
    if (make !== undefined && hasMethod(stream, key)) shadow(stream, key, make);
  }
  return true;
}

/** How many readers a stream has given. */
interface Readers {
  count: number;
}

/**
 * A stream may be read on after an iteration that did not cancel it, so its observers stay with it. The iterators that libraries
 * give their streams take a reader, as the engine's own do not: what that reads is seen there.
 */
function observeValues(observers: StreamObservers, values: Method, readers: Readers): Method {
  return function (...args) {
    const before = readers.count;
    const iterator = observers.run(values, this, args) as object; // a stream's iterator
    observeIterator(observers, iterator, () => readers.count > before);
    return iterator;
  };
}

function observeReader(observer: StreamObserver, getReader: Method, readers: Readers): Method {
  return function (...args) {
    const reader = Reflect.apply(getReader, this, args) as object; // a stream's reader
    readers.count += 1;
    observer.follow(reader);
    shadow(reader, 'read', (read) => observeRead(observer, read));
    shadow(reader, 'cancel', (cancel) => observeCancel(observer, cancel));
    return reader;
  };
}

function observeRead(observer: StreamObserver, read: Method): Method {
  return function (...args) {
    const step = observer.run(read, this, args) as Promise<{ done: boolean; value: unknown }>; // the reader's contract
    return step.then(
      (result) => {
        if (result.done) observer.end();
        else observer.chunk(result.value);
        return result;
      },
      (thrown: unknown) => {
        observer.fail(thrown);
        throw thrown;
      },
    );
  };
}

function observeCancel(observer: StreamObserver, cancel: Method): Method {
  return function (...args) {
    observer.cancel();
    return Reflect.apply(cancel, this, args);
  };
}

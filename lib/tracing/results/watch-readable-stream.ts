import type { OpenCall } from '../open-call.js';
import { finish } from './finish.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { type StreamObserver, StreamWatch } from './stream-watch.js';
import { observeBranches, observeMaking } from './watch-iterator.js';

/** Watches a web stream through every way it can be read. It is never locked or read by us. */
export function watchReadableStream(open: OpenCall, stream: object): void {
  if (!observeReadableStream(new StreamWatch(open), stream)) finish(open, { value: undefined });
}

function observeReadableStream(observer: StreamObserver, stream: object): boolean {
  observer.follow(stream);
  if (!shadow(stream, 'getReader', (getReader) => observeReader(observer, getReader))) return false;
  const observers: Record<PropertyKey, (original: Method) => Method> = {
    values: (original) => observeMaking(observer, original),
    [Symbol.asyncIterator]: (original) => observeMaking(observer, original),
    tee: (original) => observeBranches(observer, original, observeReadableStream),
    pipeTo: (original) => observePipe(observer, original),
    pipeThrough: (original) => observePipe(observer, original),
    cancel: (original) => observeCancel(observer, original),
  };
  for (const key of Reflect.ownKeys(observers)) {
    const observe = observers[key];
    if (observe !== undefined && hasMethod(stream, key)) shadow(stream, key, observe);
  }
  return true;
}

function observeReader(observer: StreamObserver, getReader: Method): Method {
  return function (...args) {
    const reader = Reflect.apply(getReader, this, args) as object; // a stream's reader
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

/**
 * Pipes run inside the engine, where nothing can be seen; so the chunks pass through an observing transform, which keeps
 * none of them. With options (`preventCancel`, ...) the pipe is left as it is, since another hop would change their meaning.
 */
function observePipe(observer: StreamObserver, pipe: Method): Method {
  return function (target, options) {
    if (options !== undefined) {
      observer.cancel();
      return Reflect.apply(pipe, this, [target, options]);
    }
    const passing = new TransformStream(
      {
        transform(chunk, controller) {
          observer.chunk(chunk);
          controller.enqueue(chunk);
        },
        flush: () => observer.end(),
      },
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    );
    // The method of its class, not the shadow on this object.
    const pipeTo = Reflect.get(Reflect.getPrototypeOf(this as object) as object, 'pipeTo') as Method;
    const piped = Reflect.apply(pipeTo, this, [passing.writable]) as Promise<void>;
    piped.then(undefined, (reason: unknown) => (reason instanceof Error ? observer.fail(reason) : observer.cancel()));
    return Reflect.apply(pipe, passing.readable, [target]);
  };
}

function observeCancel(observer: StreamObserver, cancel: Method): Method {
  return function (...args) {
    observer.cancel();
    return Reflect.apply(cancel, this, args);
  };
}

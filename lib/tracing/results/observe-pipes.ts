import { Passage } from './passage.js';
import type { Method } from './shadow.js';
import type { StreamObservers } from './stream-observers.js';

type PipeOptions = NonNullable<Parameters<ReadableStream['pipeTo']>[1]>;

/** `pipeTo`, by way of a passage. What the engine would refuse it shall refuse itself, with the stream as it was. */
export function observePipeTo(observers: StreamObservers, pipeTo: Method): Method {
  return function (target, options) {
    if (!mayPipe(this, observers) || !isFree(target)) return Reflect.apply(pipeTo, this, [target, options]);
    return pipe(new Passage(this, observers), target, options as PipeOptions); // the engine checks them
  };
}

/** `pipeThrough`, which is a `pipeTo` whose end nobody waits for. */
export function observePipeThrough(observers: StreamObservers, pipeThrough: Method): Method {
  return function (pair, options) {
    if (!mayPipe(this, observers) || !isPair(pair) || !isFree(pair.writable) || !hasGoodSignal(options))
      return Reflect.apply(pipeThrough, this, [pair, options]);
    const { readable, writable } = pair;
    pipe(new Passage(this, observers), writable, options as PipeOptions).catch(() => undefined); // told by what was piped through
    return readable;
  };
}

/** Frees the stream at the end of the pipe, before whoever waits for that. */
function pipe(passage: Passage, target: WritableStream<unknown>, options: PipeOptions | undefined): Promise<void> {
  return passage.stream.pipeTo(target, options).finally(() => passage.release());
}

/** The engine pipes between its own streams alone. Where another library's stream is piped, nothing more is seen of it. */
function mayPipe(source: unknown, observers: StreamObservers): source is ReadableStream<unknown> {
  if (typeof ReadableStream !== 'undefined' && source instanceof ReadableStream) return !source.locked; // jsdom has none
  observers.cancel();
  return false;
}

function isFree(target: unknown): target is WritableStream<unknown> {
  return target instanceof WritableStream && !target.locked;
}

function isPair(pair: unknown): pair is { readable: ReadableStream<unknown>; writable: unknown } {
  return typeof pair === 'object' && pair !== null && 'readable' in pair && pair.readable instanceof ReadableStream;
}

function hasGoodSignal(options: unknown): boolean {
  const signal: unknown = (options as PipeOptions | undefined)?.signal;
  return signal === undefined || signal instanceof AbortSignal;
}

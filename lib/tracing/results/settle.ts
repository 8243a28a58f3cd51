import type { OpenCall } from '../open-call.js';
import { Clue, cluesIn } from './clues.js';
import { finish } from './finish.js';
import { kindOf, type ResultKind, streamIn } from './result-kind.js';
import { watchEventStream } from './watch-event-stream.js';
import { watchAsyncIterable, watchIterator } from './watch-iterator.js';
import { watchNodeStream } from './watch-node-stream.js';
import { watchReadableStream } from './watch-readable-stream.js';
import { watchStreamResult } from './watch-stream-result.js';
import { watchThenable } from './watch-thenable.js';

/** Gives the caller what the function returned, and ends the span when that is over. */
export function settle(open: OpenCall, result: unknown): unknown {
  const kind = kindOf(result);
  if (kind === 'promise') return watchPromise(open, result as Promise<unknown>); // as kindOf found
  if (kind === 'value') settleValue(open, result);
  else watch(open, kind, result as object); // everything else is an object
  return result;
}

/** Models and agents hand on streams with what else there is to tell; a tool that does so has done its work. */
function settleValue(open: OpenCall, value: unknown): void {
  const { isModelCall, entry } = open.span.definition;
  if (isModelCall) return settleAnswer(open, value);
  const stream = entry === undefined ? undefined : streamIn(value);
  if (stream === undefined) finish(open, { value });
  else settle(open, stream);
}

function settleAnswer(open: OpenCall, value: unknown): void {
  const clues = cluesIn(value);
  const stream = (clues & Clue.stream) === 0 ? undefined : streamIn(value);
  if (stream === undefined) finish(open, { value, clues });
  else settle(open, stream);
}

/** The same for an async function: nobody else has seen its promise yet, so that nothing was put on it. */
export function settleAsync(open: OpenCall, result: unknown): unknown {
  return Object.getPrototypeOf(result) === Promise.prototype
    ? watchPromise(open, result as Promise<unknown>) // as its prototype says
    : settle(open, result);
}

/**
 * A native promise comes back as a derived one: an observer on the promise itself would count as a handler, and an
 * unhandled rejection would no longer be one.
 */
function watchPromise(open: OpenCall, promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      settle(open, value);
      return value;
    },
    (thrown: unknown) => {
      finish(open, { thrown });
      throw thrown;
    },
  );
}

function watch(open: OpenCall, kind: Exclude<ResultKind, 'promise' | 'value'>, result: object): void {
  switch (kind) {
    case 'thenable':
      return watchThenable(open, result, settle);
    case 'iterator':
      return watchIterator(open, result);
    case 'async-iterable':
      return watchAsyncIterable(open, result);
    case 'readable-stream':
      return watchReadableStream(open, result);
    case 'node-stream':
      return watchNodeStream(open, result);
    case 'event-stream':
      return watchEventStream(open, result);
    case 'stream-result':
      return watchStreamResult(open, result);
  }
}

import type { OpenCall } from '../open-call.js';
import { finish, unseen } from './finish.js';
import { hasMethod } from './result-kind.js';
import { type Method, shadow } from './shadow.js';
import { observe, type StreamObserver, type StreamObservers } from './stream-observers.js';
import { StreamWatch } from './stream-watch.js';

/**
 * Watches what the helpers of OpenAI's and Anthropic's SDKs give (`stream()`, `runTools()`). They run by themselves, whether or not
 * anybody iterates: most programs wait for `finalMessage()` and its like. All that they learn they emit.
 */
export function watchEventStream(open: OpenCall, stream: object): void {
  const isChunk = chunkEvents[hasMethod(stream, Symbol.asyncIterator) ? 'streamed' : 'whole'];
  const isWatched = observe(stream, new StreamWatch(open), (observers) =>
    shadow(stream, '_emit', (emit) => observeEmit(observers, emit, isChunk)),
  );
  if (!isWatched) finish(open, unseen);
}

/** The events that bring what iteration would: of chat completions, responses and assistants, and messages; else whole answers. */
const chunkEvents: Readonly<Record<'streamed' | 'whole', ReadonlySet<unknown>>> = {
  streamed: new Set(['chunk', 'event', 'streamEvent']),
  whole: new Set(['chatCompletion']),
};

const endings: ReadonlyMap<unknown, (observer: StreamObserver, detail: unknown) => void> = new Map([
  ['end', (observer: StreamObserver) => observer.end()],
  ['abort', (observer: StreamObserver) => observer.cancel()],
  ['error', (observer: StreamObserver, detail: unknown) => observer.fail(detail)],
]);

function observeEmit(observers: StreamObservers, emit: Method, isChunk: ReadonlySet<unknown>): Method {
  return function (event, ...details) {
    if (isChunk.has(event)) observers.chunk(details[0]);
    else endings.get(event)?.(observers, details[0]);
    return Reflect.apply(emit, this, [event, ...details]);
  };
}

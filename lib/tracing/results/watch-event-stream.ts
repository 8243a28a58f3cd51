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
  if (!observeEventStream(new StreamWatch(open), stream)) finish(open, unseen);
}

/** As `watchEventStream`, for an observer that exists already. `false` where the object cannot be changed. */
export function observeEventStream(observer: StreamObserver, stream: object): boolean {
  const reactions = hasMethod(stream, Symbol.asyncIterator) ? streamed : whole;
  return observe(stream, observer, (observers) =>
    shadow(stream, '_emit', (emit) => observeEmit(observers, emit, reactions)),
  );
}

type Reaction = (observer: StreamObserver, detail: unknown) => void;

const takeChunk: Reaction = (observer, detail) => observer.chunk(detail);

const endings: readonly (readonly [string, Reaction])[] = [
  ['end', (observer) => observer.end()],
  ['abort', (observer) => observer.cancel()],
  ['error', (observer, detail) => observer.fail(detail)],
];

/** What iteration would bring: chunks of chat completions, events of responses and assistants, and of messages. */
const streamed: ReadonlyMap<unknown, Reaction> = new Map([
  ['chunk', takeChunk],
  ['event', takeChunk],
  ['streamEvent', takeChunk],
  ['chatCompletion', (observer: StreamObserver) => observer.answered()],
  ...endings,
]);

/** Of what cannot be iterated: whole answers. */
const whole: ReadonlyMap<unknown, Reaction> = new Map([['chatCompletion', takeChunk], ...endings]);

function observeEmit(observers: StreamObservers, emit: Method, reactions: ReadonlyMap<unknown, Reaction>): Method {
  return function (event, ...details) {
    reactions.get(event)?.(observers, details[0]);
    return Reflect.apply(emit, this, [event, ...details]);
  };
}

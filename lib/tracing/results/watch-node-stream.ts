import { types } from 'node:util';
import { ownField } from '../../usage/own-fields.js';
import type { OpenCall } from '../open-call.js';
import { finish, unseen } from './finish.js';
import { type Method, shadow } from './shadow.js';
import { observe, type StreamObservers } from './stream-observers.js';
import { StreamWatch } from './stream-watch.js';

/**
 * Watches a Node stream by the events it emits to its own listeners. A listener of ours would start its flow ('data') or
 * hide that nobody handles its error ('error').
 */
export function watchNodeStream(open: OpenCall, stream: object): void {
  const isWatched = observe(stream, new StreamWatch(open), (observers) =>
    shadow(stream, 'emit', (emit) => observeEmit(observers, emit)),
  );
  if (!isWatched) finish(open, unseen);
}

function observeEmit(observers: StreamObservers, emit: Method): Method {
  return function (event, ...args) {
    observeEvent(observers, event, args[0]);
    return Reflect.apply(emit, this, [event, ...args]);
  };
}

function observeEvent(observers: StreamObservers, event: unknown, detail: unknown): void {
  if (event === 'data') observers.chunk(detail);
  else if (event === 'end') observers.end();
  else if (event === 'close' || (event === 'error' && isLeaving(detail))) observers.cancel();
  else if (event === 'error') observers.fail(detail);
}

/** What Node destroys a stream with whose iteration is left early. Where a signal aborted it, that is the cause. */
function isLeaving(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return ownField(error, 'code') === 'ABORT_ERR' && !Object.hasOwn(error, 'cause');
}

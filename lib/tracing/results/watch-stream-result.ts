import { ownField, ownObject } from '../../usage/own-fields.js';
import type { OpenCall } from '../open-call.js';
import { finish, type Outcome, unseen } from './finish.js';
import { PartRecord } from './part-record.js';
import { baseStreamOf } from './result-kind.js';
import type { Method } from './shadow.js';
import type { StreamObserver, StreamObservers } from './stream-observers.js';
import { StreamWatch } from './stream-watch.js';
import { observeReadableStream } from './watch-readable-stream.js';

/**
 * Watches what the AI SDK's `streamText()` and `streamObject()` give, by the one stream that all of the result's own streams and
 * promises come from. It is read when the program reads one of them, and not before.
 */
export function watchStreamResult(open: OpenCall, result: object): void {
  const outcome = outcomeIn(result);
  if (outcome !== undefined) return finish(open, outcome);
  const stream = baseStreamOf(result);
  const watch = new StreamWatch(open, new PartRecord(open.span, open.recorder));
  if (stream === undefined || !observeBase(watch, stream)) finish(open, unseen);
}

function observeBase(observer: StreamObserver, stream: object): boolean {
  return observeReadableStream(observer, stream, observeParting);
}

/** The first branch is handed out; the result keeps the second, to part it again for the next who asks. */
function observeParting(observers: StreamObservers, tee: Method): Method {
  return function (...args) {
    const branches = observers.run(tee, this, args) as readonly [object, object]; // a stream's contract
    const [handedOut, kept] = branches;
    observeReadableStream(observers.branch(), handedOut);
    observeBase(observers, kept);
    observers.rest();
    return branches;
  };
}

/** What a result has come to whose stream was read before it was returned: nobody may read it again. */
function outcomeIn(result: object): Outcome | undefined {
  const steps = settled(result, '_steps');
  if (steps !== undefined) return 'value' in steps ? { value: { steps: steps.value } } : steps;
  const object = settled(result, '_object');
  if (object === undefined || !('value' in object)) return object;
  const [usage, response] = ['_usage', '_response'].map((key) => settled(result, key));
  return { value: { object: object.value, ...valueAs('usage', usage), ...valueAs('response', response) } };
}

function valueAs(name: string, outcome: Outcome | undefined): object {
  return outcome !== undefined && 'value' in outcome ? { [name]: outcome.value } : {};
}

/** The state of one of the result's promises, which are made only when they are asked for. */
function settled(result: object, key: string): Outcome | undefined {
  const status = ownObject(ownObject(result, key), 'status');
  if (status === undefined) return undefined;
  const type = ownField(status, 'type');
  if (type === 'resolved') return { value: ownField(status, 'value') };
  return type === 'rejected' ? { thrown: ownField(status, 'error') } : undefined;
}

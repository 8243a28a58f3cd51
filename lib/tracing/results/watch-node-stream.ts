import type { OpenCall } from '../open-call.js';
import { finish } from './finish.js';
import { shadow } from './shadow.js';
import { StreamWatch } from './stream-watch.js';

/**
 * Watches a Node stream by the events it emits to its own listeners. A listener of ours would start its flow ('data') or
 * hide that nobody handles its error ('error').
 */
export function watchNodeStream(open: OpenCall, stream: object): void {
  const watch = new StreamWatch(open);
  watch.follow(stream);
  const isWatched = shadow(
    stream,
    'emit',
    (emit) =>
      function (event, ...args) {
        observeEvent(watch, event, args[0]);
        return Reflect.apply(emit, this, [event, ...args]);
      },
  );
  if (!isWatched) finish(open, { value: undefined });
}

function observeEvent(watch: StreamWatch, event: unknown, detail: unknown): void {
  if (event === 'data') watch.chunk(detail);
  else if (event === 'end') watch.end();
  else if (event === 'error') watch.fail(detail);
  else if (event === 'close') watch.cancel();
}

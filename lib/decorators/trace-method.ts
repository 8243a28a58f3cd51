import { defineSpan, type SpanDescription } from './define-span.js';
import { markOf, markPlace } from './marks.js';
import type { Callable, MethodPlace } from './method-decorator.js';
import { settlePlace } from './settle-place.js';
import { traceCallable } from './trace-callable.js';

/** The function that stands in a method's place: see `traceCallable`. */
export function traceMethod(
  method: Callable,
  place: MethodPlace,
  description: Omit<SpanDescription, 'key' | 'functionName' | 'place'>,
): Callable {
  const { key } = place;
  const traced = traceCallable(method, defineSpan(method, { ...description, key, functionName: String(key), place }));
  remember(place, traced);
  return traced;
}

/** Remembers where a marked function stands, for the class and for decorators that do not see it behind another one. */
export function remember(place: MethodPlace, fn: Callable): void {
  markPlace(place, fn);
  const mark = markOf(fn);
  if (place.owner !== undefined || place.metadata !== undefined || mark === undefined) return;
  let isSettled = false;
  place.onInstance?.(function (this: object) {
    if (isSettled) return;
    isSettled = true;
    settlePlace(this, place.key, mark);
  });
}

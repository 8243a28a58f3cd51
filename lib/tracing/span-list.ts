import type { RecordingSpan } from './recording-span.js';

/**
 * The spans of a trace, linked through the spans themselves. An array for each trace would live until the trace has left; where the
 * engine sees that such arrays live long it makes them, and what is in them, in old space, which then has to be cleaned as a whole.
 */
export interface SpanList {
  first: RecordingSpan | undefined;
  last: RecordingSpan | undefined;
}

/** Puts a span at the end of a list. */
export function appendSpan(list: SpanList, span: RecordingSpan): void {
  const { last } = list;
  span.previous = last;
  if (last === undefined) list.first = span;
  else last.next = span;
  list.last = span;
}

/** Moves a span before another one of the same list. */
export function moveSpan(list: SpanList, span: RecordingSpan, place: RecordingSpan): void {
  takeOut(list, span);
  const { previous } = place;
  span.previous = previous;
  span.next = place;
  place.previous = span;
  if (previous === undefined) list.first = span;
  else previous.next = span;
}

/** The spans of a list, the first one first. */
export function spansOf(list: SpanList): readonly RecordingSpan[] {
  const spans: RecordingSpan[] = [];
  for (let span = list.first; span !== undefined; span = span.next) spans.push(span);
  return spans;
}

function takeOut(list: SpanList, { previous, next }: RecordingSpan): void {
  if (previous === undefined) list.first = next;
  else previous.next = next;
  if (next === undefined) list.last = previous;
  else next.previous = previous;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordingSpan } from '../../lib/tracing/recording-span.js';
import { appendSpan, moveSpan, type SpanList, spansOf } from '../../lib/tracing/span-list.js';

/** All that a list asks of a span. */
function aSpan(): RecordingSpan {
  return { previous: undefined, next: undefined } as unknown as RecordingSpan;
}

describe('the spans of a trace', () => {
  it('stand in the order in which they were put, wherever they were moved', () => {
    const moves = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), moves, (count, steps) => {
        const list: SpanList = { first: undefined, last: undefined };
        const spans = Array.from({ length: count }, aSpan);
        for (const span of spans) appendSpan(list, span);
        const model = [...spans];
        for (const [from, to] of steps) {
          const [span, place] = [model[from % count] as RecordingSpan, model[to % count] as RecordingSpan];
          if (span === place) continue;
          moveSpan(list, span, place);
          model.splice(model.indexOf(span), 1);
          model.splice(model.indexOf(place), 0, span);
        }

        expect(spansOf(list).map((span) => spans.indexOf(span))).toEqual(model.map((span) => spans.indexOf(span)));
        expect(list.last).toBe(model.at(-1));
        expect(spansOf(list).map(({ previous }) => previous)).toEqual([undefined, ...model.slice(0, -1)]);
      }),
    );
  });
});

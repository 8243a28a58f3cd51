import type { Span } from '../entities/span.js';

/** The spans for which `has` holds and that have none such above them: what a total must count, so that it counts nothing twice. */
export function topmostSpans(spans: readonly Span[], has: (span: Span) => boolean): readonly Span[] {
  const holders = new Set(spans.filter(has));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return [...holders].filter((span) => !above(span, byId).some((other) => holders.has(other)));
}

function above(span: Span, byId: ReadonlyMap<string, Span>): readonly Span[] {
  const found = new Set<Span>([span]); // what is read may go round in a circle
  let next = byId.get(span.parentId ?? '');
  while (next !== undefined && !found.has(next)) {
    found.add(next);
    next = byId.get(next.parentId ?? '');
  }
  return [...found].slice(1);
}

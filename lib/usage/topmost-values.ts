import type { Span } from '../entities/span.js';

/** The values of the spans that have one and have no such span above them: what a total must count, so that it counts nothing twice. */
export function topmostValues<Value>(
  spans: readonly Span[],
  valueOf: (span: Span) => Value | undefined,
): readonly Value[] {
  const values = new Map<Span, Value>();
  for (const span of spans) {
    const value = valueOf(span);
    if (value !== undefined) values.set(span, value);
  }
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const isTopmost = (span: Span) => !above(span, byId).some((other) => values.has(other));
  return [...values].flatMap(([span, value]) => (isTopmost(span) ? [value] : []));
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

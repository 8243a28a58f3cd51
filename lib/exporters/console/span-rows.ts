import type { Span } from '../../entities/span.js';
import { addTo } from '../../utils/get-or-insert.js';

/** A span at its place in the tree. */
export interface SpanRow {
  readonly span: Span;
  /** The row it hangs under; `undefined` at the top. */
  readonly parent: SpanRow | undefined;
}

/**
 * The spans as a tree, written from top to bottom: each after its parent, children in the order given. A span whose parent is
 * not among them stands at the top; so does the first span of a ring of parents. In linear time, at any depth.
 */
export function spanRows(spans: readonly Span[]): readonly SpanRow[] {
  const { tops, childrenOf } = family(spans);
  const rows: SpanRow[] = [];
  const placed = new Set<Span>();
  const placeUnder = (top: Span): void => {
    const waiting: SpanRow[] = [{ span: top, parent: undefined }];
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      if (placed.has(row.span)) continue;
      placed.add(row.span);
      rows.push(row);
      const children = childrenOf.get(row.span) ?? [];
      for (const span of children.toReversed()) waiting.push({ span, parent: row });
    }
  };
  for (const top of tops) placeUnder(top);
  // Only rings are left, and what hangs on them: nothing leads to them from the top.
  if (placed.size < spans.length) for (const span of spans) if (!placed.has(span)) placeUnder(span);
  return rows;
}

function family(spans: readonly Span[]): { tops: readonly Span[]; childrenOf: ReadonlyMap<Span, readonly Span[]> } {
  const byId = new Map<string, Span>();
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
  const tops: Span[] = [];
  const childrenOf = new Map<Span, Span[]>();
  for (const span of spans) {
    const parent = span.parentId === undefined ? undefined : byId.get(span.parentId);
    if (parent === undefined) tops.push(span);
    else addTo(childrenOf, parent, span);
  }
  return { tops, childrenOf };
}

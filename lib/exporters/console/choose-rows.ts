import type { SpanRow } from './span-rows.js';

/** How much there is room for. */
export interface RowLimit {
  readonly maxLines: number;
  /** How many lines a row takes. */
  readonly linesOf: (row: SpanRow) => number;
}

/**
 * The rows to show where there is room for so many lines, in their order, each below its parent. Failed spans come first,
 * with the spans above them; then the tree is filled from its top.
 */
export function chooseRows(rows: readonly SpanRow[], { maxLines, linesOf }: RowLimit): readonly SpanRow[] {
  const chosen = new Set<SpanRow>();
  let left = maxLines;
  const choose = (row: SpanRow): boolean => {
    const path: SpanRow[] = [];
    let lines = 0;
    for (let above: SpanRow | undefined = row; above !== undefined && !chosen.has(above); above = above.parent) {
      lines += linesOf(above);
      if (lines > left) return false;
      path.push(above);
    }
    for (const added of path) chosen.add(added);
    left -= lines;
    return true;
  };
  for (const row of rows) if (left > 0 && row.span.status.code === 'ERROR') choose(row);
  for (const row of rows) if (!choose(row)) break;
  return rows.filter((row) => chosen.has(row));
}

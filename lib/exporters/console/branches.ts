import type { Screen } from './screen.js';
import type { SpanRow } from './span-rows.js';

/** A row with what is drawn to its left. */
export interface BranchedRow {
  readonly row: SpanRow;
  /** Beside the row itself. */
  readonly beside: string;
  /** Beside what is written between the row and its children. */
  readonly below: string;
}

/** The branches of the rows that are shown. The head, which the header stands for, is the trunk of them all. */
export function drawBranches(
  rows: readonly SpanRow[],
  head: SpanRow | undefined,
  screen: Screen,
): readonly BranchedRow[] {
  const { branch, lastBranch, trunk, gap } = screen.glyphs;
  const { parents, lastChildren } = kinshipOf(rows);
  const trunks = new Map<SpanRow | undefined, string>();
  return rows.map((row) => {
    const above = trunks.get(row.parent) ?? '';
    const [own, beside] = lastChildren.has(row) ? [above + gap, above + lastBranch] : [above + trunk, above + branch];
    const trunkOfOwn = row === head ? '' : own;
    trunks.set(row, trunkOfOwn);
    return {
      row,
      beside: row === head ? '' : narrow(beside, screen),
      below: narrow(trunkOfOwn + (parents.has(row) ? trunk : gap), screen),
    };
  });
}

function kinshipOf(rows: readonly SpanRow[]): {
  parents: ReadonlySet<SpanRow | undefined>;
  lastChildren: ReadonlySet<SpanRow>;
} {
  const parents = new Set<SpanRow | undefined>();
  const lastChildren = new Set<SpanRow>();
  for (const row of rows.toReversed()) {
    if (!parents.has(row.parent)) lastChildren.add(row);
    parents.add(row.parent);
  }
  return { parents, lastChildren };
}

const branchWidth = 3;

/** Deep down only the nearest branches are drawn, so that most of the line is left to names and errors. */
function narrow(branches: string, { columns, glyphs }: Screen): string {
  const most = Math.floor(columns / 3 / branchWidth) * branchWidth;
  if (branches.length <= most) return branches;
  const nearest = branches.slice(branches.length - Math.max(0, most - branchWidth));
  return most === 0 ? '' : glyphs.ellipsis.padEnd(branchWidth) + nearest;
}

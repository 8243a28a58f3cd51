import { median } from './measure.js';

/**
 * @typedef {object} Row
 * @property {string} figure
 * @property {string} of What the figure is a multiple of, or its unit.
 * @property {string} base The size of one: the limit's microseconds, say.
 * @property {ReadonlyMap<string, number>} cells By subject.
 * @property {number} [quietest] The package's quietest round over the base's: far below the median where the machine was busy.
 * @property {{ value: number, most?: number, least?: number, text: string }} [target] What the package must reach.
 */

/**
 * A figure of one workload for each subject, as multiples of another subject's in the same round.
 *
 * @returns {Row}
 */
export function ratioRow({ results, figure, base, workload, label }) {
  const bases = results.figures.get(base)?.get(workload) ?? [];
  const cells = new Map();
  for (const [subject, byWorkload] of results.figures) {
    const values = byWorkload.get(workload);
    if (values === undefined) continue;
    cells.set(subject, median(values.map((value, round) => value[figure] / (bases[round]?.[figure] ?? Number.NaN))));
  }
  const quietest = Math.min(...ours(results, workload, figure)) / Math.min(...bases.map((value) => value[figure]));
  const size = median(bases.map((value) => value[`${figure}Us`]));
  return { figure: `${label} ${workload}`, of: `x ${base}`, base: `${size.toPrecision(3)} us`, cells, quietest };
}

function ours(results, workload, figure) {
  return (results.figures.get('traced-agents')?.get(workload) ?? []).map((value) => value[figure]);
}

/** @param {{ most?: number, least?: number, text?: string }} limits */
export function withTarget(row, { most, least, text }) {
  const value = row.cells.get('traced-agents');
  if (value === undefined) return row;
  return { ...row, target: { value, most, least, text: text ?? (most === undefined ? `>= ${least}` : `<= ${most}`) } };
}

/** @param {readonly Row[]} rows @param {readonly string[]} subjects */
export function printTable(rows, subjects) {
  const hasQuietest = rows.some((row) => Number.isFinite(row.quietest));
  const head = ['', 'unit', 'one is', ...subjects, ...(hasQuietest ? ['quietest'] : []), 'target', ''];
  const lines = rows.map((row) => [
    row.figure,
    row.of,
    row.base,
    ...subjects.map((subject) => shown(row.cells.get(subject))),
    ...(hasQuietest ? [shown(Number.isFinite(row.quietest) ? row.quietest : undefined)] : []),
    row.target?.text ?? '',
    mark(row.target),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  for (const line of [head, ...lines]) {
    console.log(
      line
        .map((cell, column) => pad(cell, widths[column], column))
        .join('  ')
        .trimEnd(),
    );
  }
}

function pad(cell, width, column) {
  return column < 2 ? cell.padEnd(width) : cell.padStart(width);
}

function mark(target) {
  if (target === undefined) return '';
  const { value, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY } = target;
  return value <= most && value >= least ? 'ok' : 'OVER';
}

function shown(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

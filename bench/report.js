import { median } from './measure.js';

/**
 * @typedef {object} Row
 * @property {string} figure
 * @property {string} of What the figure is a multiple of, or its unit.
 * @property {string} base The size of one: the limit's microseconds, say.
 * @property {ReadonlyMap<string, number>} cells By subject.
 * @property {readonly [number, number]} [spread] Between what the middle half of the package's rounds lie.
 * @property {{ value: number, most?: number, least?: number, text: string }} [target] What the package must reach.
 */

/**
 * A figure of one workload for each subject, as multiples of another subject's in the same round.
 *
 * @returns {Row}
 */
export function ratioRow({ results, figure, base, workload, label }) {
  const bases = results.figures.get(base)?.get(workload) ?? [];
  const ratios = new Map();
  for (const [subject, byWorkload] of results.figures) {
    const values = byWorkload.get(workload);
    if (values === undefined) continue;
    ratios.set(
      subject,
      values.map((value, round) => value[figure] / (bases[round]?.[figure] ?? Number.NaN)),
    );
  }
  const cells = new Map([...ratios].map(([subject, all]) => [subject, median(all)]));
  const size = median(bases.map((value) => value[`${figure}Us`]));
  const spread = middleHalf(ratios.get('traced-agents') ?? []);
  return { figure: `${label} ${workload}`, of: `x ${base}`, base: `${size.toPrecision(3)} us`, cells, spread };
}

/** @param {readonly number[]} values @returns {[number, number] | undefined} */
function middleHalf(values) {
  const sorted = values.filter(Number.isFinite).sort((one, other) => one - other);
  if (sorted.length < 4) return undefined;
  const quarter = Math.floor(sorted.length / 4);
  return [sorted[quarter], sorted[sorted.length - 1 - quarter]];
}

/** @param {{ most?: number, least?: number, text?: string }} limits */
export function withTarget(row, { most, least, text }) {
  const value = row.cells.get('traced-agents');
  if (value === undefined) return row;
  return { ...row, target: { value, most, least, text: text ?? (most === undefined ? `>= ${least}` : `<= ${most}`) } };
}

/** @param {readonly Row[]} rows @param {readonly string[]} subjects */
export function printTable(rows, subjects) {
  const hasSpread = rows.some((row) => row.spread !== undefined);
  const head = ['', 'unit', 'one is', ...subjects, ...(hasSpread ? ['middle half'] : []), 'target', ''];
  const lines = rows.map((row) => [
    row.figure,
    row.of,
    row.base,
    ...subjects.map((subject) => shown(row.cells.get(subject))),
    ...(hasSpread ? [row.spread?.map(shown).join(' to ') ?? '-'] : []),
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

import type { Trace } from '../../entities/trace.js';
import { wrapToWidth } from '../../utils/terminal-text.js';
import { chooseRows } from './choose-rows.js';
import { drawAgents } from './draw-agents.js';
import { drawHeader } from './draw-header.js';
import { countLines, type DrawnRow, drawTree } from './draw-tree.js';
import { formatCount } from './format.js';
import { hasFailed, type Outline, outlineOf } from './outline.js';
import { type Screen, shownText } from './screen.js';
import type { SpanRow } from './span-rows.js';
import { type Piece, type StyledLine, widthOf } from './styled-line.js';

/** How much of a trace is drawn. */
export interface TraceExtent {
  readonly verbosity: 'line' | 'tree' | 'full';
  /** Never more lines than this. */
  readonly maxLines: number;
}

/** Errors that stand below the tree, and the lines one of them may take. */
const maxErrors = 5;
const maxLinesOfError = 3;

/**
 * The header; the tree; how many spans of it are not shown; what each agent took; and last, where one looks first, the errors
 * that could not be read in the tree: the root's own, those that were cut, those of spans not shown.
 */
export function drawTrace(trace: Trace, { verbosity, maxLines }: TraceExtent, screen: Screen): readonly StyledLine[] {
  const outline = outlineOf(trace);
  const header = drawHeader(outline, screen);
  if (verbosity === 'line') return [header];
  const hasPayloads = verbosity === 'full';
  const room = maxLines - 1;
  const agents = drawAgents(outline.agents, screen);
  const drawWithin = (lines: number): Drawing => {
    const linesOf = (row: SpanRow): number => countLines(row, { hasPayloads, isHead: row === outline.head });
    const rows = chooseRows(outline.rows, { maxLines: lines, linesOf });
    const tree = drawTree({ rows, head: outline.head, hasPayloads, turns: outline.turns }, screen);
    return {
      tree: tree.flatMap((row) => row.lines),
      below: [...drawHidden(outline, rows), ...agents],
      errors: drawErrors(outline, tree, screen),
    };
  };
  let drawing = drawWithin(room);
  if (linesIn(drawing) > room) drawing = drawWithin(Math.max(0, room - 1 - agents.length - drawing.errors.length));
  const { tree, below, errors } = drawing;
  return [header, ...tree, ...below, ...errors].slice(0, maxLines);
}

interface Drawing {
  readonly tree: readonly StyledLine[];
  /** At most two lines: spans not shown, agents. */
  readonly below: readonly StyledLine[];
  readonly errors: readonly StyledLine[];
}

function linesIn({ tree, below, errors }: Drawing): number {
  return tree.length + below.length + errors.length;
}

function drawHidden({ rows, failedCount }: Outline, shown: readonly SpanRow[]): readonly StyledLine[] {
  const count = rows.length - shown.length;
  if (count === 0) return [];
  const failed = failedCount - shown.filter(hasFailed).length;
  const line: Piece[] = [{ text: `+ ${formatCount(count)} ${count === 1 ? 'span' : 'spans'}`, style: 'dim' }];
  if (failed > 0) line.push({ text: '  ' }, { text: `${formatCount(failed)} failed`, style: 'red' });
  return [line];
}

function drawErrors({ rows, head }: Outline, tree: readonly DrawnRow[], screen: Screen): readonly StyledLine[] {
  const known = new Set<string>(['']);
  for (const { row, lines } of tree) {
    const [own] = lines;
    if (row !== head && own !== undefined && widthOf(own) <= screen.columns) known.add(row.span.status.message);
  }
  const errors: SpanRow[] = [];
  for (const row of rows) {
    if (errors.length === maxErrors) break;
    const { message } = row.span.status;
    if (!hasFailed(row) || known.has(message)) continue;
    known.add(message);
    errors.push(row);
  }
  return errors.flatMap((row) => drawError(row, screen));
}

/** The one place where a text goes on in the next line: an error that one cannot read to its end is of little use. */
function drawError({ span }: SpanRow, screen: Screen): readonly StyledLine[] {
  const { failed, gap, ellipsis } = screen.glyphs;
  const mark = `${failed} `;
  const text = `${shownText(span.name, screen)}: ${shownText(span.status.message, screen)}`;
  const lines = wrapToWidth(text, { columns: screen.columns - mark.length, maxLines: maxLinesOfError, ellipsis });
  return lines.map((line, index) => [
    { text: index === 0 ? mark : gap.slice(0, mark.length), style: 'red' },
    { text: line, style: 'red' },
  ]);
}

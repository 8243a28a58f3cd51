import { AttributeKey } from '../../entities/attributes.js';
import { cutToWidth, displayWidth } from '../../utils/terminal-text.js';
import { drawBranches } from './branches.js';
import { formatCount, formatDuration } from './format.js';
import { hasFailed, isUnfinished } from './outline.js';
import { type Screen, shownText } from './screen.js';
import { spanLabel } from './span-label.js';
import type { SpanRow } from './span-rows.js';
import { type Piece, type StyledLine, widthOf } from './styled-line.js';

/** What of a tree is drawn. */
export interface TreePart {
  /** In the order of the tree, each after its parent. */
  readonly rows: readonly SpanRow[];
  /** The row that the header stands for: it has no line of its own, and what is below it stands at the top. */
  readonly head: SpanRow | undefined;
  /** Whether inputs and outputs are drawn, too. */
  readonly hasPayloads: boolean;
  /** Which turn begins with a span, by the span's id. */
  readonly turns: ReadonlyMap<string, number>;
}

/** A row of the tree with its lines: its own, but for the head, and one for its inputs and one for its outputs if wanted. */
export interface DrawnRow {
  readonly row: SpanRow;
  readonly lines: readonly StyledLine[];
}

/** One line a span, in columns: tree and name, duration, then tokens, `unfinished`, and the error last. */
export function drawTree({ rows, head, hasPayloads, turns }: TreePart, screen: Screen): readonly DrawnRow[] {
  const drafts = drawBranches(rows, head, screen).map(({ row, beside, below }) => ({
    row,
    cells: row === head ? undefined : drawCells(row, { beside, turn: turns.get(row.span.spanId) }, screen),
    payloads: hasPayloads ? drawPayloads(row, below, screen) : [],
  }));
  const columns = fitColumns(drafts, screen);
  return drafts.map(({ row, cells, payloads }) => ({
    row,
    lines: cells === undefined ? payloads : [joinCells(cells, columns, screen), ...payloads],
  }));
}

/** How many lines `drawTree` makes of a row. */
export function countLines(
  { span }: SpanRow,
  { hasPayloads, isHead }: { hasPayloads: boolean; isHead: boolean },
): number {
  const payloads = hasPayloads ? payloadKeys.filter(({ key }) => span.attributeTexts[key] !== undefined).length : 0;
  return payloads + (isHead ? 0 : 1);
}

interface Cells {
  /** Left of the name: branches, mark, word. */
  readonly lead: StyledLine;
  readonly name: string;
  /** Right of the name: the turn's number; may be empty. */
  readonly tail: StyledLine;
  readonly duration: string;
  readonly details: StyledLine;
}

function drawCells(
  row: SpanRow,
  { beside, turn }: { beside: string; turn: number | undefined },
  screen: Screen,
): Cells {
  const { span } = row;
  const { word, name } = spanLabel(span);
  const lead: Piece[] = [{ text: beside, style: 'dim' }];
  if (hasFailed(row)) lead.push({ text: `${screen.glyphs.failed} `, style: 'red' });
  else if (isUnfinished(span)) lead.push({ text: `${screen.glyphs.unfinished} `, style: 'yellow' });
  if (word !== '') lead.push({ text: `${shownText(word, screen)} `, style: 'dim' });
  return {
    lead,
    name: shownText(name, screen),
    tail: turn === undefined ? [] : [{ text: `  turn ${formatCount(turn)}`, style: 'dim' }],
    duration: formatDuration(span.endTimeNs - span.startTimeNs),
    details: drawDetails(row, screen),
  };
}

function drawDetails(row: SpanRow, screen: Screen): StyledLine {
  const { status, tokenUsage: usage } = row.span;
  const details: Piece[] = [];
  if (usage !== undefined)
    details.push({ text: `${formatCount(usage.inputTokens)}/${formatCount(usage.outputTokens)}` });
  if (isUnfinished(row.span)) details.push({ text: 'unfinished', style: 'yellow' });
  if (hasFailed(row))
    details.push({ text: shownText(status.message === '' ? 'failed' : status.message, screen), style: 'red' });
  return details.flatMap((detail, index) => (index === 0 ? [detail] : [{ text: '  ' }, detail]));
}

interface Columns {
  readonly label: number;
  readonly duration: number;
}

const beforeDuration = '  ';
const beforeDetails = '   ';
const leastLabel = 12;

/** Names get what they need, but leave two fifths of the line to tokens and errors where these need it. */
function fitColumns(drafts: readonly { readonly cells: Cells | undefined }[], screen: Screen): Columns {
  let label = 0;
  let duration = 0;
  let details = 0;
  for (const { cells } of drafts) {
    if (cells === undefined) continue;
    label = Math.max(label, widthOf(cells.lead) + displayWidth(cells.name) + widthOf(cells.tail));
    duration = Math.max(duration, cells.duration.length);
    details = Math.max(details, widthOf(cells.details));
  }
  const reserved = details === 0 ? 0 : Math.min(details + beforeDetails.length, Math.floor(screen.columns * 0.4));
  const room = screen.columns - beforeDuration.length - duration - reserved;
  return { label: Math.min(label, Math.max(leastLabel, room)), duration };
}

/** Where it is narrow, the turn's number goes before the name does. */
function joinCells({ lead, name, tail, duration, details }: Cells, columns: Columns, { glyphs }: Screen): StyledLine {
  const room = Math.max(0, columns.label - widthOf(lead));
  const shown = cutToWidth(name, room, glyphs.ellipsis);
  const rest = room - displayWidth(shown);
  const shownTail = widthOf(tail) <= rest ? tail : [];
  const blank = ' '.repeat(rest - widthOf(shownTail));
  return [
    ...lead,
    { text: shown },
    ...shownTail,
    { text: blank + beforeDuration + duration.padStart(columns.duration) },
    { text: beforeDetails },
    ...details,
  ];
}

const payloadKeys = [
  { label: 'in ', key: AttributeKey.inputs },
  { label: 'out', key: AttributeKey.outputs },
] as const;

function drawPayloads({ span }: SpanRow, branches: string, screen: Screen): readonly StyledLine[] {
  return payloadKeys.flatMap(({ label, key }) => {
    const json = span.attributeTexts[key];
    if (json === undefined) return [];
    return [
      [
        { text: branches, style: 'dim' },
        { text: `${label} `, style: 'dim' },
        { text: shownText(json, screen) },
      ] satisfies StyledLine,
    ];
  });
}

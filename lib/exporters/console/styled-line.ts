import { cutToWidth, displayWidth } from '../../utils/terminal-text.js';

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** How a piece looks where colours are shown. */
export type Style = keyof typeof codes;

/** A part of a line; its text is escaped already. */
export interface Piece {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** One line, before it is cut and coloured. */
export type StyledLine = readonly Piece[];

/** How many columns the whole line takes. */
export function widthOf(line: StyledLine): number {
  return line.reduce((width, { text }) => width + displayWidth(text), 0);
}

/** What `printLine` must know of the terminal. */
export interface LineFormat {
  readonly columns: number;
  readonly color: boolean;
  readonly ellipsis: string;
}

/** The line as text: cut to the columns, since a wrapped line would break the tree; coloured where wanted; nothing blank at its end. */
export function printLine(line: StyledLine, { columns, color, ellipsis }: LineFormat): string {
  const fits = widthOf(line) <= columns;
  let room = columns;
  let text = '';
  for (const piece of line) {
    // Where the line does not fit, each piece must leave room for the ellipsis; the first that does not is cut, and is the last.
    const isWhole = fits || displayWidth(piece.text) <= room - displayWidth(ellipsis);
    const shown = isWhole ? piece.text : cutToWidth(`${piece.text}${ellipsis}`, room, ellipsis);
    text += color ? paint(shown, piece.style) : shown;
    if (!isWhole) break;
    room -= displayWidth(shown);
  }
  return text.trimEnd();
}

function paint(text: string, style: Style | undefined): string {
  if (style === undefined || text.trim() === '') return text;
  const [open, close] = codes[style];
  return `\x1b[${open}m${text}\x1b[${close}m`;
}

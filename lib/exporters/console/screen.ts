import { escapeControls } from '../../utils/terminal-text.js';
import type { Glyphs } from './glyphs.js';

/** What a trace is drawn on. */
export interface Screen {
  readonly columns: number;
  readonly color: boolean;
  readonly glyphs: Glyphs;
}

/** No character that is seen takes more code units than this, on average. */
const unitsPerColumn = 8;

/** Text of the user's, safe to show; of a long one only what could ever be seen on one line. */
export function shownText(text: string, { columns, glyphs }: Screen): string {
  const maxLength = columns * unitsPerColumn;
  return escapeControls(text.length > maxLength ? text.slice(0, maxLength) + glyphs.ellipsis : text);
}

import { byProperties } from './by-properties.js';

/** Nothing but the letters, digits and signs of ASCII: one column each, nothing to escape. */
const plainText = /^[ -~]*$/;

/** What is told by Unicode's properties. */
interface CharacterClasses {
  /**
   * What a terminal obeys, or does not show at all: controls (C0, DEL, C1), line and paragraph separators, bidirectional
   * controls, other invisible characters, halves of surrogate pairs. Joiners and variation selectors stay: scripts and emoji need them.
   */
  readonly unsafe: RegExp;
  /** Drawn as one picture of two columns, however many code points it has. */
  readonly emoji: RegExp;
  readonly withoutColumn: RegExp;
  readonly segmenter: Intl.Segmenter;
}

let made: CharacterClasses | undefined;

/** Made when first needed: the engine's tables for them take long to load. */
function classes(): CharacterClasses {
  made ??= {
    unsafe: byProperties(
      String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]|(?!\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])\p{Default_Ignorable_Code_Point}`,
    ),
    emoji: byProperties(String.raw`\p{Emoji_Presentation}|\ufe0f`, 'u'),
    withoutColumn: byProperties(String.raw`[\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\u1160-\u11ff]`, 'u'),
    segmenter: new Intl.Segmenter('en', { granularity: 'grapheme' }),
  };
  return made;
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with everything unsafe as a visible escape: ESC becomes `\x1b`, a line break `\n`. What comes out is one line. */
export function escapeControls(text: string): string {
  if (plainText.test(text)) return text;
  return text.replace(
    classes().unsafe,
    (character) => shortEscapes[character] ?? escapeOf(Number(character.codePointAt(0))),
  );
}

function escapeOf(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** The same for JSON text: it stays JSON and means the same, since such characters stand inside its strings only. */
export function escapeControlsInJson(json: string): string {
  if (plainText.test(json)) return json;
  return json.replace(classes().unsafe, (character) => character.split('').map(jsonEscapeOf).join(''));
}

function jsonEscapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Wide and full-width by Unicode's EastAsianWidth.txt; gaps between neighbouring blocks are counted in. */
const twoColumns =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal the text takes; it must be escaped already. Where terminals differ, the larger number. */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  let width = 0;
  for (const { segment } of classes().segmenter.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(grapheme: string): number {
  const { emoji, withoutColumn } = classes();
  if (emoji.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) {
    if (!withoutColumn.test(character)) width += twoColumns.test(character) ? 2 : 1;
  }
  return width;
}

/** The text if it fits in so many columns, else its beginning and the ellipsis. Never cuts inside what is seen as one character. */
export function cutToWidth(text: string, columns: number, ellipsis = '…'): string {
  if (plainText.test(text) ? text.length <= columns : displayWidth(text) <= columns) return text;
  const room = columns - displayWidth(ellipsis);
  if (room < 0) return '';
  let width = 0;
  let end = 0;
  for (const { segment, index } of classes().segmenter.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > room) break;
    end = index + segment.length;
  }
  return text.slice(0, end) + ellipsis;
}

/** How `wrapToWidth` breaks lines. */
export interface Wrapping {
  readonly columns: number;
  /** What is left is cut from the last one. */
  readonly maxLines: number;
  readonly ellipsis: string;
}

/** The text in lines of so many columns, broken at blanks where there are any in the second half of a line. */
export function wrapToWidth(text: string, { columns, maxLines, ellipsis }: Wrapping): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (lines.length < maxLines - 1 && displayWidth(rest) > columns) {
    const fitting = cutToWidth(rest, columns, '');
    const blank = fitting.lastIndexOf(' ');
    const line = blank > fitting.length / 2 ? fitting.slice(0, blank) : fitting;
    if (line === '') break;
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return [...lines, cutToWidth(rest, columns, ellipsis)];
}

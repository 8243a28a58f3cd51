/** The signs a tree is drawn with; those of the branches are three columns wide. */
export interface Glyphs {
  readonly ok: string;
  readonly failed: string;
  /** The root went well, something below it failed. */
  readonly mixed: string;
  readonly unfinished: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly trunk: string;
  readonly gap: string;
  readonly ellipsis: string;
  /** Between things of one line. */
  readonly separator: string;
}

export const unicodeGlyphs: Glyphs = {
  ok: '✓',
  failed: '✗',
  mixed: '!',
  unfinished: '~',
  branch: '├─ ',
  lastBranch: '└─ ',
  trunk: '│  ',
  gap: '   ',
  ellipsis: '…',
  separator: '·',
};

/** For terminals that show ASCII only; names and messages keep their letters. */
export const asciiGlyphs: Glyphs = {
  ok: '+',
  failed: 'x',
  mixed: '!',
  unfinished: '~',
  branch: '|- ',
  lastBranch: '`- ',
  trunk: '|  ',
  gap: '   ',
  ellipsis: '...',
  separator: '.',
};

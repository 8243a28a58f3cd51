import { describe, expect, it } from 'vitest';
import { columnsOf, showsColor, showsUnicode } from '../../../lib/exporters/console/terminal.js';

const terminal = { write: () => true, isTTY: true };
const file = { write: () => true };

describe('showsColor', () => {
  it.each([
    ['on a terminal', terminal, {}, true],
    ['not in a file', file, {}, false],
    ['not with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['not in CI', terminal, { CI: 'true' }, false],
    ['where CI says false', terminal, { CI: 'false' }, true],
    ['with FORCE_COLOR in a file', file, { FORCE_COLOR: '1' }, true],
    ['with an empty FORCE_COLOR', file, { FORCE_COLOR: '' }, true],
    ['not with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['not with FORCE_COLOR=false', terminal, { FORCE_COLOR: 'false' }, false],
    ['with FORCE_COLOR, whatever else is set', file, { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb', CI: '1' }, true],
  ])('%s', (_case, stream, environment, expected) => {
    expect(showsColor(stream, { environment, platform: 'linux' })).toBe(expected);
  });
});

describe('showsUnicode', () => {
  it.each([
    ['with LANG of UTF-8', 'linux', { LANG: 'en_US.UTF-8' }, true],
    ['with LC_CTYPE spelt utf8', 'linux', { LC_CTYPE: 'de_DE.utf8', LANG: 'C' }, true],
    ['not with LC_ALL=C, whatever else is set', 'linux', { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
    ['past an empty LC_ALL', 'linux', { LC_ALL: '', LANG: 'en_US.UTF-8' }, true],
    ['not without a locale', 'linux', {}, false],
    ['not on the console of Linux', 'linux', { LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
    ['not on a dumb terminal', 'linux', { LANG: 'en_US.UTF-8', TERM: 'dumb' }, false],
    ['not on the old console of Windows', 'win32', {}, false],
    ['in the Windows Terminal', 'win32', { WT_SESSION: 'f0e1' }, true],
    ["in VS Code's terminal on Windows", 'win32', { TERM_PROGRAM: 'vscode' }, true],
  ])('%s', (_case, platform, environment, expected) => {
    expect(showsUnicode({ environment, platform })).toBe(expected);
  });
});

describe('columnsOf', () => {
  it.each([
    ['the width of the terminal', 120, 120],
    ['80 where the terminal does not know', 0, 80],
    ['80 where the width is nonsense', Number.NaN, 80],
    ['that of a very narrow one', 1, 1],
    ['whole', 7.9, 7],
    ['80 where it is less than one', 0.5, 80],
  ])('is %s', (_case, columns, expected) => {
    expect(columnsOf({ write: () => true, columns })).toBe(expected);
  });

  it('is 80 without a terminal', () => {
    expect(columnsOf(file)).toBe(80);
  });
});

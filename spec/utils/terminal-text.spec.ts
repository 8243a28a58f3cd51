import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutToWidth,
  displayWidth,
  escapeControls,
  escapeControlsInJson,
  wrapToWidth,
} from '../../lib/utils/terminal-text.js';

describe('escapeControls', () => {
  it.each([
    ['plain text', 'ValueError: 7 % 3', 'ValueError: 7 % 3'],
    ['letters of all scripts', 'Grüße, 東京, नमस्ते, שלום', 'Grüße, 東京, नमस्ते, שלום'],
    ['joined emoji', '👩‍👩‍👧 ❤️ 🇩🇪', '👩‍👩‍👧 ❤️ 🇩🇪'],
    ['line breaks and tabs', 'a\nb\r\nc\td', 'a\\nb\\r\\nc\\td'],
    ['colours', '\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a title set by OSC 0, ended by BEL', '\x1b]0;pwned\x07', '\\x1b]0;pwned\\x07'],
    ['the clipboard set by OSC 52, ended by ST', '\x1b]52;c;cm0=\x1b\\', '\\x1b]52;c;cm0=\\x1b\\'],
    ['a link by OSC 8', '\x1b]8;;http://evil.example\x1b\\x', '\\x1b]8;;http://evil.example\\x1b\\x'],
    ['the C1 forms of these', '\x9b31m \x9d0;pwned\x9c \x90', '\\x9b31m \\x9d0;pwned\\x9c \\x90'],
    ['backspace, DEL, NUL', 'a\b\x7f\0', 'a\\x08\\x7f\\x00'],
    ['bidirectional controls', 'user\u202e\u2066txt.exe\u200f', 'user\\u202e\\u2066txt.exe\\u200f'],
    ['line and paragraph separators', 'a\u2028b\u2029c\x85d', 'a\\u2028b\\u2029c\\x85d'],
    ['invisible characters', 'a\u200bb\u00adc\ufeffd\u2060', 'a\\u200bb\\xadc\\ufeffd\\u2060'],
    ['text hidden in tags', 'hi\u{e0068}\u{e0069}', 'hi\\u{e0068}\\u{e0069}'],
    ['halves of surrogate pairs', '\ud83d x \ude00', '\\ud83d x \\ude00'],
  ])('shows %s', (_case, text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });

  it('leaves nothing that a terminal obeys in any text', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 200 });

    fc.assert(
      fc.property(texts, (text) => {
        expect(escapeControls(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u);
      }),
    );
  });
});

describe('escapeControlsInJson', () => {
  it('escapes what JSON.stringify lets pass', () => {
    const json = JSON.stringify({ 'a\x9b': 'DEL \x7f, C1 \x9d, bidi \u202e, tag \u{e0068}, ü 東京 👍' });

    expect(escapeControlsInJson(json)).toBe(
      '{"a\\u009b":"DEL \\u007f, C1 \\u009d, bidi \\u202e, tag \\udb40\\udc68, ü 東京 👍"}',
    );
  });

  it('keeps the meaning of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value);

        expect(JSON.parse(escapeControlsInJson(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Grüße', 5],
    ['e\u0301', 1],
    ['東京', 4],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['ｱ', 1],
    ['Ａ', 2],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤', 1],
    ['❤\ufe0f', 2],
    ['1\ufe0f\u20e3', 2],
    ['├─ ✗ …', 6],
    ['ก็', 1],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  it.each([
    ['leaves what fits', 'abcde', 5, 'abcde'],
    ['puts an ellipsis where it cuts', 'abcdef', 5, 'abcd…'],
    ['does not halve a wide letter', '東京東京', 6, '東京…'],
    ['does not halve a family', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '👩‍👩‍👧‍👦…'],
    ['keeps accents on their letters', 'e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['shows the ellipsis alone where nothing else fits', '東京', 2, '…'],
    ['shows nothing where not even that fits', 'abc', 0, ''],
  ])('%s', (_case, text, columns, cut) => {
    expect(cutToWidth(text, columns)).toBe(cut);
  });

  it('cuts with the ellipsis it is given', () => {
    expect(cutToWidth('abcdef', 5, '...')).toBe('ab...');
  });

  it('never exceeds the columns, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, columns) => {
        expect(displayWidth(cutToWidth(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('wrapToWidth', () => {
  const wrapping = { columns: 10, maxLines: 3, ellipsis: '…' };

  it.each([
    ['leaves what fits', 'ten letter', ['ten letter']],
    ['breaks at blanks', 'please check your plan', ['please', 'check your', 'plan']],
    ['breaks words that are too long', 'abcdefghijklmnop', ['abcdefghij', 'klmnop']],
    ['does not break at a blank too far back', 'a bcdefghijklm', ['a bcdefghi', 'jklm']],
    ['cuts the last line', 'one two three four five six seven eight', ['one two', 'three four', 'five six …']],
  ])('%s', (_case, text, lines) => {
    expect(wrapToWidth(text, wrapping)).toEqual(lines);
  });

  it('ends where not one letter fits', () => {
    expect(wrapToWidth('東京', { ...wrapping, columns: 1 })).toEqual(['…']);
  });
});

import { describe, expect, it } from 'vitest';
import { argumentNames } from '../../../lib/tracing/capture/argument-names.js';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const names = argumentNames(['a', 'b', 'rest'], { restIndex: 2 });

describe('limits', () => {
  it('cut a text, tell its length, and never cut a character in two', () => {
    const capture = new Capture({ limits: { maxStringLength: 5 } });

    expect(JSON.parse(capture.value('abcdefgh', 'x'))).toBe('abcde… [cut, 8 characters]');
    expect(JSON.parse(capture.value('abcd😀xyz', 'x'))).toBe('abcd… [cut, 9 characters]');
    expect(capture.text('abcdefgh', 'x')).toBe('abcde… [cut, 8 characters]');
  });

  it.each([
    ['postgres://bob:hunter2hunter2hunter2@db/x', 30],
    ['sk-proj-abcdefghijABCDEFGHIJ1234567890', 18],
    ['AKIAIOSFODNN7EXAMPLE', 14],
    ['Authorization: Basic dXNlcjpodW50ZXIyaHVudGVyMg==', 30],
  ])('show no beginning of a secret that is cut, also behind secrets that were shortened: %s', (secret, seen) => {
    const capture = new Capture({ limits: { maxStringLength: 2000 } });
    const shortened = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(1500)}.sig `;
    const text = `${shortened.padEnd(2000 + 512 - seen)}${secret} ${'z'.repeat(5000)}`;

    const clean = capture.text(text, 'x');

    expect(clean.trim()).toMatch(/^\[redacted\] +… \[cut, \d+ characters\]$/);
  });

  it.each(['<password>', '<Envelope><wsse:Password Type="text"><![CDATA[', 'https://ada:', 'postgres://ada:p:'])(
    'show no beginning of a long secret whose end is too far away: %s',
    (opening) => {
      const capture = new Capture({ limits: { maxStringLength: 2000 } });
      const text = `${'words '.repeat(200)}${opening}${'canary7'.repeat(400)}@x</password>`;

      const clean = capture.text(text, 'x');

      expect(clean).toMatch(/^(?:words ){100}/);
      expect(clean).not.toContain('canary');
    },
  );

  it.each(['<password> stands for yours: ', 'http://localhost: ', 'https://example.com:8080/'])(
    'keep what is long and no secret: %s',
    (opening) => {
      const capture = new Capture({ limits: { maxStringLength: 2000 } });
      const text = opening + 'words of prose '.repeat(100);

      expect(capture.text(text, 'x')).toBe(text);
    },
  );

  it('cut depth, also of ten thousand levels', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 10_000; level += 1) deep = { deep };

    const json = new Capture({ limits: { maxDepth: 3 } }).value(deep, 'x');

    expect(json).toBe('{"deep":{"deep":{"deep":"[depth 3]"}}}');
    expect(new Capture().value(deep, 'x')).toContain('[depth 64]');
  });

  it('cut lists and records, and tell how many are missing', () => {
    const capture = new Capture({ limits: { maxNodes: 2 } });

    expect(capture.value([1, 2, 3, 4], 'x')).toBe('[1,2,"[2 more items]"]');
    expect(capture.value({ a: 1, b: 2, c: 3, d: 4 }, 'x')).toBe('{"a":1,"b":2,"…":"2 more keys"}');
  });

  it('have the keys of a record that is far too large listed once each time', () => {
    const capture = new Capture();
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
    let lists = 0;
    const watched = new Proxy(wide, {
      ownKeys: (target) => {
        lists += 1;
        return Reflect.ownKeys(target);
      },
    });

    const first = capture.value({ watched }, 'x');
    wide['more'] = 1;
    const second = capture.value({ watched }, 'x');

    expect([first, second].map((json) => json.slice(json.indexOf('…')))).toEqual([
      '…":"10000 more keys"}}',
      '…":"10001 more keys"}}',
    ]);
    expect(lists).toBe(2);
  });

  it('keep what a huge value costs small', () => {
    const capture = new Capture();
    const wide = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`key${index}`, index]));
    const sparse: unknown[] = [];
    sparse.length = 4_294_967_295;

    expect(capture.value(wide, 'x')).toContain('"…":"990000 more keys"');
    expect(capture.value(sparse, 'x')).toContain('[4294957295 more items]');
    expect(JSON.parse(capture.value('x y '.repeat(25_000_000), 'x'))).toHaveLength(
      65_536 + '… [cut, 100000000 characters]'.length,
    );
  });

  it('cut what does not fit in what is left', () => {
    const json = new Capture().value({ a: 'x'.repeat(50), b: 'y'.repeat(50), c: 'z' }, 'x', 60);

    expect(JSON.parse(json)).toMatchObject({ a: 'x'.repeat(50) });
    expect(json.length).toBeLessThan(160);
    expect(json).not.toContain('y'.repeat(50));
  });

  it('leave nothing but marks where there is no room at all', () => {
    expect(JSON.parse(new Capture().inputs(['abc', { d: 'e' }], names, 0))).toBeTypeOf('object');
    expect(new Capture().inputs(['abc'], names, 0)).not.toContain('abc');
  });
});

describe('inputs', () => {
  const capture = new Capture();

  it.each<[string, unknown[], unknown]>([
    ['are named', [1, 2], { a: 1, b: 2, rest: [] }],
    ['leave out what was not passed', [1], { a: 1, rest: [] }],
    ['keep the rest together', [1, 2, 3, 4], { a: 1, b: 2, rest: [3, 4] }],
  ])('%s', (_case, args, expected) => {
    expect(JSON.parse(capture.inputs(args, names))).toEqual(expected);
  });

  it('that are more than the names are numbered', () => {
    expect(JSON.parse(capture.inputs([1, 2, 3], argumentNames(['a', undefined], {})))).toEqual({
      a: 1,
      arg1: 2,
      arg2: 3,
    });
  });

  it('of a function without parameters are empty', () => {
    expect(capture.inputs([], argumentNames([], {}))).toBe('{}');
  });
});

describe('marks of what was left out', () => {
  it('tell the real number of entries', () => {
    const map = new Map(Array.from({ length: 25_000 }, (_, index) => [`k${index}`, index]));
    const few = new Capture({ limits: { maxNodes: 3 } });

    expect(JSON.parse(few.value(map, 'x'))).toEqual({ k0: 0, k1: 1, k2: 2, '…': '24997 more keys' });
    expect(JSON.parse(few.value(new Set(map.values()), 'x'))).toEqual([0, 1, 2, '[24997 more items]']);
    expect(JSON.parse(few.value(new Map([...map].map(([, key]) => [key, key])), 'x'))).toEqual([
      [0, 0],
      '[24999 more items]',
    ]);
  });

  it('are not made of halves of characters', () => {
    const large = { text: 'word '.repeat(500), '\ud800': 1 };

    expect(new Capture().value(large, 'x').isWellFormed()).toBe(true);
    expect(new Capture().value(large, 'x')).toContain('"\ufffd":1');
  });

  it.each(['x'.repeat(5000), 'ACGT'.repeat(1000), '0123456789abcdef'.repeat(200), '7'.repeat(2000)])(
    'do not stand for long words that are no media',
    (text) => {
      expect(new Capture().value(text, 'x')).toBe(`"${text}"`);
    },
  );
});

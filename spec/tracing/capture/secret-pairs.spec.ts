import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

const headers = { headers: [['authorization', 'canary'], ['accept', '*'], { name: 'cookie', value: 'canary' }] };
const hiddenHeaders = {
  headers: [['authorization', '[redacted]'], ['accept', '*'], { name: 'cookie', value: '[redacted]' }],
};
const raw = ['Host', 'x.example', 'Authorization', 'canary', 'Accept', '', 'X-Api-Key', 'canary'];
const hiddenRaw = ['Host', 'x.example', 'Authorization', '[redacted]', 'Accept', '', 'X-Api-Key', '[redacted]'];
const filler = Array.from({ length: 100 }, (_, index) => `item ${index}`);

describe('secrets beside their names in JSON that stands in a text', () => {
  it.each<[string, unknown, unknown]>([
    ['pairs and records', headers, hiddenHeaders],
    ['headers in a row', { rawHeaders: raw }, { rawHeaders: hiddenRaw }],
    ['headers in a row alone', raw, hiddenRaw],
    ['a value before its name', [{ value: 'canary', key: 'cookie' }], [{ value: '[redacted]', key: 'cookie' }]],
    ['names and values with capitals', [{ Key: 'Cookie', Value: 'canary' }], [{ Key: 'Cookie', Value: '[redacted]' }]],
    ['a value with quotes', [['cookie', 'can"ar"y']], [['cookie', '[redacted]']]],
    [
      'more than one',
      [
        ['cookie', 'canary'],
        ['password', 'canary'],
      ],
      [
        ['cookie', '[redacted]'],
        ['password', '[redacted]'],
      ],
    ],
  ])('are hidden: %s', (_case, value, expected) => {
    expect(JSON.parse(capture.text(JSON.stringify(value), 'x'))).toEqual(expected);
    expect(JSON.parse(capture.text(JSON.stringify(value, undefined, 2), 'x'))).toEqual(expected);
    expect(JSON.parse(JSON.parse(capture.text(JSON.stringify(JSON.stringify(value)), 'x')) as string)).toEqual(
      expected,
    );
  });

  it.each([
    '{"required":["password","email"],"optional":["user","token","x","y"]}',
    '[["user","ada"],["tokens","5"],["cookie"],["cookie",""],["password","a","b"]]',
    '{"name":"size","value":"5"},{"name":"cookie"},{"value":"6"}',
    'see [the cookie](https://x.example), ["cookie", 5] and a[0]',
  ])('names of something else stay: %s', (text) => {
    expect(capture.text(text, 'x')).toBe(text);
  });

  it.each([
    ['lists', '["a","'.repeat(60_000)],
    ['escapes', '["a",\\"'.repeat(60_000)],
    ['brackets', '['.repeat(300_000)],
    ['items', `[${'"a","b",'.repeat(60_000)}`],
    ['values', '"value":"'.repeat(60_000)],
    ['records', '{"value":"x","name":"'.repeat(30_000)],
  ])('cost no more than the length of the text: many %s', (_case, text) => {
    const large = new Capture({ limits: { maxStringLength: 10_000_000, maxSpanLength: 10_000_000 } });
    const since = process.cpuUsage();

    large.value(text, 'x');

    // Quadratic it would take minutes; this is a guard against a hang, not a measurement.
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(10);
  });
});

it('a pair is hidden where the text is cut off in its secret', () => {
  const small = new Capture({ limits: { maxStringLength: 100 } });

  expect(small.text(`[["password","${'canary'.repeat(200)}"]]`, 'x')).not.toContain('canary');
});

describe('a value beside the name of a secret', () => {
  it.each<[string, unknown]>([
    ['a number', 1234],
    ['a list', ['a=canary']],
    ['an attribute of OTLP', { stringValue: 'canary' }],
    ['a boxed text', Object('canary')],
  ])('is hidden where it is %s', (_case, value) => {
    expect(read({ key: 'cookie', value })).toEqual({ key: 'cookie', value: '[redacted]' });
    expect(read({ Name: 'cookie', Value: value })).toEqual({ Name: 'cookie', Value: '[redacted]' });
    expect(read({ filler, tags: [{ Key: 'cookie', Value: value }] })).toEqual({
      filler,
      tags: [{ Key: 'cookie', Value: '[redacted]' }],
    });
    expect(read({ key: 'colour', value: true })).toEqual({ key: 'colour', value: true });
    expect(read({ key: 'cookie', value: false })).toEqual({ key: 'cookie', value: false });
  });
});

describe('headers in a row', () => {
  it('are hidden in values as well, small and large', () => {
    expect(read(raw)).toEqual(hiddenRaw);
    expect(read({ rawHeaders: ['Authorization', 'canary'] })).toEqual({ rawHeaders: ['Authorization', '[redacted]'] });
    expect(read({ filler, rawHeaders: raw })).toEqual({ filler, rawHeaders: hiddenRaw });
  });

  it.each([[['username', 'password', 'token', 'email']], [['Authorization', 'X-Api-Key', 'Accept']], [['x-api-key']]])(
    'are not all lists of names: %j',
    (names) => {
      expect(read({ required: names })).toEqual({ required: names });
      expect(read({ filler, required: names })).toEqual({ filler, required: names });
    },
  );
});

describe('arguments of commands', () => {
  const hidden = ['mysql', '--password', '[redacted]', '-h', 'db'];

  it('are hidden behind the options that take secrets', () => {
    const args = ['mysql', '--password', 'canary', '-h', 'db'];

    expect(read(args)).toEqual(hidden);
    expect(read({ filler, args })).toEqual({ filler, args: hidden });
    expect(read({ args: ['--api-key', 'canary'] })).toEqual({ args: ['--api-key', '[redacted]'] });
    expect(read({ args: ['--pin', 1234, '--token', 56n, '-v'] })).toEqual({
      args: ['--pin', '[redacted]', '--token', '[redacted]', '-v'],
    });
    expect(read(JSON.stringify({ args }))).toBe(JSON.stringify({ args: hidden }));
    expect(read(JSON.stringify({ json: JSON.stringify(args) }))).toBe(JSON.stringify({ json: JSON.stringify(hidden) }));
  });

  it('are hidden as they are written, whatever a proxy gives to who reads them', () => {
    const args = new Proxy(['--password', 'canary', 'db'], {
      get: (list, key, receiver): unknown => (key === '1' ? '-x' : Reflect.get(list, key, receiver)),
    });

    expect(read(args)).toEqual(['--password', '[redacted]', 'db']);
  });

  it('stay behind other options, and are options themselves', () => {
    const args = ['--max-tokens', 100, '--password', '--host', 'db', '--token', true, '--secret', null];

    expect(read(args)).toEqual(args);
    expect(read(JSON.stringify(args))).toBe(JSON.stringify(args));
  });
});

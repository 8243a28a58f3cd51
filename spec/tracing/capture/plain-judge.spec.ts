import { afterEach, describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const filler = 'All work and no play makes a dull day. '.repeat(40);
const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

const unseen = { value: () => ({ password: 'canary' }), configurable: true };
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => object };

describe('plain data', () => {
  afterEach(() => {
    for (const prototype of [Object.prototype, Array.prototype]) Reflect.deleteProperty(prototype, 'toJSON');
  });

  it.each([
    ['a record', () => Object.defineProperty({ a: 1 }, 'toJSON', unseen), { a: 1 }],
    [
      'a bare record',
      () => Object.defineProperty(Object.assign(Object.create(null), { a: 1 }), 'toJSON', unseen),
      { a: 1 },
    ],
    ['a list', () => Object.defineProperty([1, 2, 3], 'toJSON', unseen), [1, 2, 3]],
    ['a list that shows it', () => Object.assign([1, 2, 3], { toJSON: unseen.value }), [1, 2, 3]],
  ])('is not written by a toJSON that %s has for itself', (_case, make, expected) => {
    expect(read(make())).toEqual(expected);
    expect(read({ filler, held: make() })).toEqual({ filler, held: expected });
  });

  it.each([
    ['objects', Object.prototype],
    ['lists', Array.prototype],
  ])('is not written by a toJSON that all %s were given', (_case, prototype) => {
    Object.defineProperty(prototype, 'toJSON', unseen);

    expect(capture.value({ held: [1, { a: 2 }] }, 'x')).toBe('{"held":[1,{"a":2}]}');
    expect(capture.value({ filler, held: [1, { a: 2 }] }, 'x')).toBe(`{"filler":"${filler}","held":[1,{"a":2}]}`);
  });

  it('is not asked for a toJSON behind a getter', () => {
    let asked = 0;
    const record = Object.defineProperty({ filler }, 'toJSON', { get: () => (asked += 1) });

    read(record);

    expect(asked).toBe(0);
  });

  it.skipIf(rawJSON === undefined)('holds no JSON that was escaped before, as the engine would write it', () => {
    const held = rawJSON?.('"\\u0073k-abcdefghijklmnopqrstuvwxyz"');

    expect(read({ filler, held })).toEqual({ filler, held: { rawJSON: '"\\u0073k-abcdefghijklmnopqrstuvwxyz"' } });
    expect(read({ held })).toEqual({ held: { rawJSON: '"\\u0073k-abcdefghijklmnopqrstuvwxyz"' } });
  });

  it('that is a list only at heart is looked at as it is written', () => {
    const pair: unknown = Object.setPrototypeOf(['password', 'canary'], null);

    expect(read([pair])).toEqual([['password', '[redacted]']]);
    expect(read({ filler, held: [pair] })).toEqual({ filler, held: [['password', '[redacted]']] });
  });

  it('that can only be set is left out, as what is undefined', () => {
    const record = (): object => Object.defineProperty({ a: 1 }, 'b', { set: () => undefined, enumerable: true });

    expect(read(record())).toEqual({ a: 1 });
    expect(read({ filler, held: record() })).toEqual({ filler, held: { a: 1 } });
    expect(read({ pin: 1, held: record() })).toEqual({ pin: '[redacted]', held: { a: 1 } });
  });
});

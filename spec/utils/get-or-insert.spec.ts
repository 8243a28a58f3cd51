import { describe, expect, it } from 'vitest';
import { addTo, getOrInsert } from '../../lib/utils/get-or-insert.js';

describe('getOrInsert', () => {
  it('makes the value of a key once, in maps and weak maps', () => {
    const key = {};
    const values = new WeakMap<object, string[]>();

    const first = getOrInsert(values, key, () => ['made']);
    const second = getOrInsert(values, key, () => ['made again']);

    expect(first).toEqual(['made']);
    expect(second).toBe(first);
  });
});

describe('addTo', () => {
  it('gathers items by key, in their order', () => {
    const lists = new Map<string, number[]>();

    addTo(lists, 'a', 1);
    addTo(lists, 'b', 2);
    addTo(lists, 'a', 3);

    expect(lists).toEqual(
      new Map([
        ['a', [1, 3]],
        ['b', [2]],
      ]),
    );
  });
});

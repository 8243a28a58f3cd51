import { describe, expect, it } from 'vitest';
import { Memo } from '../../lib/utils/memo.js';

describe('Memo', () => {
  it('finds out once what follows from a text, also where it is false', () => {
    const asked: string[] = [];
    const isLong = new Memo((text) => asked.push(text) < 0, { maxKeys: 10, longestKey: 10 });

    const answers = [isLong.get('a'), isLong.get('b'), isLong.get('a')];

    expect(answers).toEqual([false, false, false]);
    expect(asked).toEqual(['a', 'b']);
  });

  it('keeps the first texts and no others, and none that is long', () => {
    const asked: string[] = [];
    const lengths = new Memo((text) => asked.push(text), { maxKeys: 1, longestKey: 3 });

    for (const text of ['long', 'long', 'one', 'two', 'two', 'one']) lengths.get(text);

    expect(asked).toEqual(['long', 'long', 'one', 'two', 'two']);
  });
});

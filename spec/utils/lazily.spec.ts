import { expect, it } from 'vitest';
import { lazily } from '../../lib/utils/lazily.js';

it('makes what is asked for, when it is asked for', () => {
  const made: number[] = [];
  const doubles = lazily([1, 2, 3], (item) => {
    made.push(item);
    return item * 2;
  });

  const [first, second] = doubles;

  expect([doubles.length, first, second]).toEqual([3, 2, 4]);
  expect(made).toEqual([1, 2]);
  expect([...doubles]).toEqual([2, 4, 6]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutBigIntegers } from '../../../lib/exporters/mlflow/without-big-integers.js';

it.each([
  ['[1,"x"]', '[1,"x"]'],
  ['{"a":174296897739471450000}', '{"a":1.7429689773947145e+20}'],
  ['-174296897739471450000', '-1.7429689773947145e+20'],
  ['[9223372036854775807,-9223372036854775808]', '[9223372036854775807,-9223372036854775808]'],
  ['[9223372036854775808,1]', '[9.223372036854776e+18,1]'],
  ['"174296897739471450000 \\" 174296897739471450000"', '"174296897739471450000 \\" 174296897739471450000"'],
  ['[0.1742968977394714500001,1742968977394714500001e2]', '[0.1742968977394714500001,1742968977394714500001e2]'],
])('writes %s as %s', (json, expected) => {
  expect(withoutBigIntegers(json)).toBe(expected);
});

it('changes no value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);

      expect(JSON.parse(withoutBigIntegers(json))).toEqual(JSON.parse(json));
    }),
  );
});

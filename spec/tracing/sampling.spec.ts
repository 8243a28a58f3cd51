import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSampled } from '../../lib/tracing/sampling.js';

const ids = fc.bigInt({ min: 1n, max: (1n << 128n) - 1n }).map((id) => id.toString(16).padStart(32, '0'));
const ratios = fc.double({ min: 0, max: 1, noNaN: true });

it('decides by the id alone, alike in all processes', () => {
  const kept = ['00000000', '3fffffff', '40000000', 'ffffffff'].filter((end) =>
    isSampled(`0af7651916cd43dd8448eb21${end}`, 0.25),
  );

  expect(kept).toEqual(['00000000', '3fffffff']);
});

it('keeps at a higher ratio what it keeps at a lower one', () => {
  fc.assert(
    fc.property(ids, ratios, ratios, (id, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      expect(isSampled(id, high) || !isSampled(id, low)).toBe(true);
    }),
  );
});

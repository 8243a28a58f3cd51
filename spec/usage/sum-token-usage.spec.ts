import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../lib/entities/token-usage.js';
import { addTokenUsage, sumTokenUsage } from '../../lib/usage/sum-token-usage.js';

const counts = fc.oneof(fc.nat(), fc.maxSafeNat());
const usages: fc.Arbitrary<TokenUsage> = fc.record(
  {
    inputTokens: counts,
    outputTokens: counts,
    totalTokens: counts,
    cacheReadInputTokens: counts,
    cacheCreationInputTokens: counts,
    cacheCreationInputTokensAbove1hr: counts,
    reasoningTokens: counts,
  },
  { requiredKeys: ['inputTokens', 'outputTokens', 'totalTokens'], noNullPrototype: true },
);

describe('sumTokenUsage', () => {
  it('has the three base counts of an empty list', () => {
    expect(sumTokenUsage([])).toStrictEqual({ inputTokens: 0, outputTokens: 0, totalTokens: 0 });
  });

  it('has an optional count when one of the list has it', () => {
    const sum = sumTokenUsage([
      { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      { inputTokens: 10, outputTokens: 20, totalTokens: 30, cacheReadInputTokens: 5, reasoningTokens: 0 },
      { inputTokens: 100, outputTokens: 200, totalTokens: 300, cacheReadInputTokens: 50 },
    ]);

    expect(sum).toStrictEqual({
      inputTokens: 111,
      outputTokens: 222,
      totalTokens: 333,
      cacheReadInputTokens: 55,
      reasoningTokens: 0,
    });
  });

  it('adds every optional count', () => {
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      cacheReadInputTokens: 4,
      cacheCreationInputTokens: 5,
      cacheCreationInputTokensAbove1hr: 6,
      reasoningTokens: 7,
    };

    expect(addTokenUsage(usage, usage)).toStrictEqual({
      inputTokens: 2,
      outputTokens: 4,
      totalTokens: 6,
      cacheReadInputTokens: 8,
      cacheCreationInputTokens: 10,
      cacheCreationInputTokensAbove1hr: 12,
      reasoningTokens: 14,
    });
  });

  it('leaves its operands as they are', () => {
    const left = Object.freeze({ inputTokens: 1, outputTokens: 2, totalTokens: 3, reasoningTokens: 1 });
    const right = Object.freeze({ inputTokens: 10, outputTokens: 20, totalTokens: 30 });

    const sum = addTokenUsage(left, right);

    expect(sum).toStrictEqual({ inputTokens: 11, outputTokens: 22, totalTokens: 33, reasoningTokens: 1 });
  });

  it('is the same in any grouping', () => {
    fc.assert(
      fc.property(usages, usages, usages, (first, second, third) => {
        const leftFirst = addTokenUsage(addTokenUsage(first, second), third);
        const rightFirst = addTokenUsage(first, addTokenUsage(second, third));

        expect(leftFirst).toStrictEqual(rightFirst);
      }),
    );
  });

  it('is the same in any order, and safe', () => {
    fc.assert(
      fc.property(fc.array(usages), (list) => {
        const sum = sumTokenUsage(list);

        expect(sum).toStrictEqual(sumTokenUsage(list.toReversed()));
        expect(Object.values(sum).every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });
});

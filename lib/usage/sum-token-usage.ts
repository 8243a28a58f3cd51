import type { TokenUsage } from '../entities/token-usage.js';

const optionalKeys = [
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheCreationInputTokensAbove1hr',
  'reasoningTokens',
] as const satisfies readonly (keyof TokenUsage)[];

/** Both usages together. An optional count is there if one of the two has it. */
export function addTokenUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  const sum: { -readonly [Key in keyof TokenUsage]: TokenUsage[Key] } = {
    inputTokens: addCounts(left.inputTokens, right.inputTokens),
    outputTokens: addCounts(left.outputTokens, right.outputTokens),
    totalTokens: addCounts(left.totalTokens, right.totalTokens),
  };
  for (const key of optionalKeys) {
    const leftCount = left[key];
    const rightCount = right[key];
    if (leftCount !== undefined || rightCount !== undefined) sum[key] = addCounts(leftCount ?? 0, rightCount ?? 0);
  }
  return sum;
}

/** All usages together: the three base counts always (0 for an empty list), the others when one of the list has them. */
export function sumTokenUsage(usages: Iterable<TokenUsage>): TokenUsage {
  let sum: TokenUsage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  for (const usage of usages) sum = addTokenUsage(sum, usage);
  return sum;
}

/** The sum of two counts, at most the largest safe integer: beyond it sums would depend on their order. */
export function addCounts(left: number, right: number): number {
  return Math.min(left + right, Number.MAX_SAFE_INTEGER);
}

import type { TokenUsage } from '../entities/token-usage.js';

/** Both usages together. An optional count is there if one of the two has it. */
export function addTokenUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  const sum: { -readonly [Key in keyof TokenUsage]: TokenUsage[Key] } = {
    inputTokens: addCounts(left.inputTokens, right.inputTokens),
    outputTokens: addCounts(left.outputTokens, right.outputTokens),
    totalTokens: addCounts(left.totalTokens, right.totalTokens),
  };
  // Field by field: the engine looks up a name out of a list ten times as long, and each LLM call comes here.
  const cacheRead = addIfKnown(left.cacheReadInputTokens, right.cacheReadInputTokens);
  const cacheWrite = addIfKnown(left.cacheCreationInputTokens, right.cacheCreationInputTokens);
  const above1hr = addIfKnown(left.cacheCreationInputTokensAbove1hr, right.cacheCreationInputTokensAbove1hr);
  const reasoning = addIfKnown(left.reasoningTokens, right.reasoningTokens);
  if (cacheRead !== undefined) sum.cacheReadInputTokens = cacheRead;
  if (cacheWrite !== undefined) sum.cacheCreationInputTokens = cacheWrite;
  if (above1hr !== undefined) sum.cacheCreationInputTokensAbove1hr = above1hr;
  if (reasoning !== undefined) sum.reasoningTokens = reasoning;
  return sum;
}

function addIfKnown(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined ? right : addCounts(left, right ?? 0);
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

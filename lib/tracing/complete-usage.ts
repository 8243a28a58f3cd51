import type { TokenUsage } from '../entities/token-usage.js';
import { addCounts } from '../usage/sum-token-usage.js';
import { isCount } from '../utils/is-count.js';

const optionalKeys = [
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheCreationInputTokensAbove1hr',
  'reasoningTokens',
] as const;

/** The counts that are non-negative whole numbers, with a total; `undefined` if none is. */
export function completeUsage(usage: Partial<TokenUsage> | undefined): TokenUsage | undefined {
  if (usage === undefined || usage === null) return undefined;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (!isCount(inputTokens) && !isCount(outputTokens) && !isCount(totalTokens)) return undefined;
  const input = isCount(inputTokens) ? inputTokens : 0;
  const output = isCount(outputTokens) ? outputTokens : 0;
  const complete: { -readonly [Key in keyof TokenUsage]: TokenUsage[Key] } = {
    inputTokens: input,
    outputTokens: output,
    totalTokens: isCount(totalTokens) ? totalTokens : addCounts(input, output),
  };
  for (const key of optionalKeys) {
    const count = usage[key];
    if (isCount(count)) complete[key] = count;
  }
  return complete;
}

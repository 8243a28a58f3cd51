import { hasOwnField, ownCount } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** A `TokenUsage` of this package or its JSON in MLflow's names: cached tokens are part of the input already. */
export function readOwnUsage(usage: object): UsageCounts | undefined {
  const isOurs = hasOwnField(usage, ['cacheReadInputTokens', 'cacheCreationInputTokens']);
  const isItsJson =
    Object.hasOwn(usage, 'total_tokens') &&
    Object.hasOwn(usage, 'input_tokens') &&
    hasOwnField(usage, ['cache_read_input_tokens', 'cache_creation_input_tokens']);
  if (!isOurs && !isItsJson) return undefined;
  return usageCounts({
    input: ownCount(usage, 'inputTokens', 'input_tokens'),
    output: ownCount(usage, 'outputTokens', 'output_tokens'),
    total: ownCount(usage, 'totalTokens', 'total_tokens'),
    cacheRead: ownCount(usage, 'cacheReadInputTokens', 'cache_read_input_tokens'),
    cacheWrite: ownCount(usage, 'cacheCreationInputTokens', 'cache_creation_input_tokens'),
    cacheWriteAbove1hr: ownCount(usage, 'cacheCreationInputTokensAbove1hr', 'cache_creation_input_tokens_above_1hr'),
    reasoning: ownCount(usage, 'reasoningTokens', 'reasoning_tokens'),
  });
}

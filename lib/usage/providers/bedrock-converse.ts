import { hasOwnField, ownCount, ownField } from '../own-fields.js';
import { addCounts } from '../sum-token-usage.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** Bedrock's Converse, and Nova's own body. Their input leaves both cache counts out. Without any, the AI SDK's reader serves. */
export function readBedrockConverse(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, ['inputTokens', 'outputTokens']) || !hasBedrockCache(usage)) return undefined;
  return usageCounts({
    input: ownCount(usage, 'inputTokens'),
    output: ownCount(usage, 'outputTokens'),
    total: ownCount(usage, 'totalTokens'),
    cacheRead: ownCount(usage, 'cacheReadInputTokens', 'cacheReadInputTokenCount'),
    cacheWrite: ownCount(usage, 'cacheWriteInputTokens', 'cacheWriteInputTokenCount'),
    cacheWriteAbove1hr: cachedForAnHour(usage),
    isCacheOutsideInput: true,
  });
}

/** `cacheReadInputTokens` alone is a name of our `TokenUsage` as well: there the total is input + output, and covers the cache. */
function hasBedrockCache(usage: object): boolean {
  if (
    hasOwnField(usage, [
      'cacheWriteInputTokens',
      'cacheWriteInputTokenCount',
      'cacheReadInputTokenCount',
      'cacheDetails',
    ])
  )
    return true;
  const cacheRead = ownCount(usage, 'cacheReadInputTokens');
  if (cacheRead === undefined || hasOwnField(usage, ['cacheCreationInputTokens', 'reasoningTokens'])) return false;
  const input = ownCount(usage, 'inputTokens') ?? 0;
  const output = ownCount(usage, 'outputTokens') ?? 0;
  return cacheRead > input || ownCount(usage, 'totalTokens') !== addCounts(input, output);
}

function cachedForAnHour(usage: object): number | undefined {
  const details = ownField(usage, 'cacheDetails');
  if (!Array.isArray(details)) return undefined;
  let sum: number | undefined;
  for (const entry of details.slice(0, maxCacheDetails)) {
    const count = isForAnHour(entry) ? ownCount(entry, 'inputTokens') : undefined;
    if (count !== undefined) sum = addCounts(sum ?? 0, count);
  }
  return sum;
}

function isForAnHour(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null && ownField(entry, 'ttl') === '1h';
}

/** Bedrock allows four cache points a request. */
const maxCacheDetails = 100;

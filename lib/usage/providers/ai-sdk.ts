import { hasOwnField, ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** `LanguageModelUsage` of the AI SDK 5 to 7 (5 has no details), and any other record of input and output tokens in camelCase. */
export function readAiSdk(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, ['inputTokens', 'outputTokens'])) return readEmbeddingUsage(usage);
  const input = ownObject(usage, 'inputTokenDetails');
  const output = ownObject(usage, 'outputTokenDetails');
  return usageCounts({
    input: ownCount(usage, 'inputTokens'),
    output: ownCount(usage, 'outputTokens'),
    total: ownCount(usage, 'totalTokens'),
    cacheRead: ownCount(input, 'cacheReadTokens') ?? ownCount(usage, 'cachedInputTokens'),
    cacheWrite: ownCount(input, 'cacheWriteTokens'),
    reasoning: ownCount(output, 'reasoningTokens') ?? ownCount(usage, 'reasoningTokens'),
  });
}

function readEmbeddingUsage(usage: object): UsageCounts | undefined {
  const input = ownCount(usage, 'tokens');
  return input === undefined ? undefined : usageCounts({ input });
}

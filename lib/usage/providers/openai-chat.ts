import { hasOwnField, ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/**
 * Chat completions, legacy completions and embeddings of OpenAI, and what speaks their language: Azure, Groq, Mistral,
 * xAI, DeepSeek, OpenRouter, vLLM ... Cached tokens are part of the input, reasoning is reported beside the output.
 */
export function readOpenAiChat(usage: object): UsageCounts | undefined {
  if (!hasChatCounts(usage)) return undefined;
  const input = ownObject(usage, 'prompt_tokens_details', 'promptTokensDetails');
  const output = ownObject(usage, 'completion_tokens_details', 'completionTokensDetails');
  return usageCounts({
    input: ownCount(usage, 'prompt_tokens', 'promptTokens'),
    output: ownCount(usage, 'completion_tokens', 'completionTokens'),
    total: ownCount(usage, 'total_tokens', 'totalTokens'),
    cacheRead: ownCount(input, 'cached_tokens', 'cachedTokens') ?? ownCount(usage, ...flatCacheReads),
    cacheWrite:
      ownCount(input, 'cache_write_tokens', 'cacheWriteTokens') ?? ownCount(usage, 'cache_creation_input_tokens'),
    reasoning: ownCount(output, 'reasoning_tokens', 'reasoningTokens') ?? ownCount(usage, 'reasoning_tokens'),
  });
}

/** Mistral, Databricks, DeepSeek and Moonshot, in this order. */
const flatCacheReads = [
  'num_cached_tokens',
  'numCachedTokens',
  'cache_read_input_tokens',
  'prompt_cache_hit_tokens',
  'cached_tokens',
];

const baseNames = ['prompt_tokens', 'completion_tokens', 'promptTokens', 'completionTokens'];

/** Some embedding servers report a total and nothing else. */
function hasChatCounts(usage: object): boolean {
  if (hasOwnField(usage, baseNames)) return true;
  return Object.hasOwn(usage, 'total_tokens') && !hasOwnField(usage, ['input_tokens', 'output_tokens']);
}

import { hasOwnField, ownCount } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** Gemini's interactions. As in generateContent, thoughts are not part of the output. */
export function readGeminiInteractions(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, baseNames)) return undefined;
  return usageCounts({
    input: ownCount(usage, 'total_input_tokens', 'totalInputTokens'),
    output: ownCount(usage, 'total_output_tokens', 'totalOutputTokens'),
    total: ownCount(usage, 'total_tokens', 'totalTokens'),
    cacheRead: ownCount(usage, 'total_cached_tokens', 'totalCachedTokens'),
    reasoning: ownCount(usage, 'total_thought_tokens', 'totalThoughtTokens'),
  });
}

const baseNames = ['total_input_tokens', 'total_output_tokens', 'totalInputTokens', 'totalOutputTokens'];

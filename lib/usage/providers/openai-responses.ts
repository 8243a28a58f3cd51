import { hasOwnField, ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/**
 * OpenAI's Responses, Realtime, images and transcriptions (Realtime and transcriptions name their details in the singular).
 * Told from Anthropic's usage, which has the same first names, by the total or the input details.
 */
export function readOpenAiResponses(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, ['input_tokens', 'output_tokens'])) return undefined;
  if (!hasOwnField(usage, ['total_tokens', 'input_tokens_details', 'input_token_details'])) return undefined;
  const input = ownObject(usage, 'input_tokens_details', 'input_token_details');
  const output = ownObject(usage, 'output_tokens_details', 'output_token_details');
  return usageCounts({
    input: ownCount(usage, 'input_tokens'),
    output: ownCount(usage, 'output_tokens'),
    total: ownCount(usage, 'total_tokens'),
    cacheRead: ownCount(input, 'cached_tokens'),
    cacheWrite: ownCount(input, 'cache_write_tokens'),
    reasoning: ownCount(output, 'reasoning_tokens'),
  });
}

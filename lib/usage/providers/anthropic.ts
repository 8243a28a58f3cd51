import { hasOwnField, ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/**
 * Anthropic's messages: plain, `message_start` and `message_delta` of a stream, and the Claude Agent SDK's results.
 * Their input leaves both cache counts out, and there is no total.
 */
export function readAnthropic(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, ['input_tokens', 'output_tokens'])) return undefined;
  return usageCounts({
    input: ownCount(usage, 'input_tokens'),
    output: ownCount(usage, 'output_tokens'),
    cacheRead: ownCount(usage, 'cache_read_input_tokens'),
    cacheWrite: ownCount(usage, 'cache_creation_input_tokens'),
    cacheWriteAbove1hr: ownCount(ownObject(usage, 'cache_creation'), 'ephemeral_1h_input_tokens'),
    reasoning: ownCount(ownObject(usage, 'output_tokens_details'), 'thinking_tokens'),
    isCacheOutsideInput: true,
  });
}

import { hasOwnField, ownCount, ownField, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** `usage_metadata` of LangChain's messages. The input includes the cached tokens, whatever the provider below reports. */
export function readLangChain(usage: object): UsageCounts | undefined {
  const input = ownObject(usage, 'input_token_details');
  const output = ownObject(usage, 'output_token_details');
  if (!hasLangChainDetails(input, output)) return undefined;
  return readUsageMetadata(usage);
}

/** The same, where the place already says that it is LangChain's. */
export function readUsageMetadata(usage: object): UsageCounts {
  const input = ownObject(usage, 'input_token_details');
  return usageCounts({
    input: ownCount(usage, 'input_tokens'),
    output: ownCount(usage, 'output_tokens'),
    total: ownCount(usage, 'total_tokens'),
    cacheRead: ownCount(input, 'cache_read'),
    cacheWrite: ownCount(input, 'cache_creation'),
    reasoning: ownCount(ownObject(usage, 'output_token_details'), 'reasoning'),
    // The chunks of a stream are merged by adding them up.
    mode: 'add',
  });
}

/** The message of an `LLMResult` for one prompt. */
export function messageOfGenerations(generations: object): object | undefined {
  if (!Array.isArray(generations) || generations.length !== 1) return undefined;
  const candidates: unknown = ownField(generations, '0');
  const first = Array.isArray(candidates) ? ownObject(candidates, '0') : undefined;
  return ownObject(first, 'message');
}

function hasLangChainDetails(input: object | undefined, output: object | undefined): boolean {
  if (input !== undefined && hasOwnField(input, ['cache_read', 'cache_creation'])) return true;
  return output !== undefined && Object.hasOwn(output, 'reasoning');
}

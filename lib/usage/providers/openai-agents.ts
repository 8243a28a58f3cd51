import { hasOwnField, ownCount, ownField, ownObject } from '../own-fields.js';
import { addCounts } from '../sum-token-usage.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** `Usage` of the OpenAI Agents SDK, whose details hold one entry a request, and the usage of its generation spans. */
export function readOpenAiAgents(usage: object): UsageCounts | undefined {
  if (hasOwnField(usage, detailsNames)) return readUsage(usage);
  const details = Object.hasOwn(usage, 'input_tokens') ? ownObject(usage, 'details') : undefined;
  return details === undefined ? undefined : readGenerationUsage(usage, details);
}

const detailsNames = ['inputTokensDetails', 'outputTokensDetails'];

/** The usage of a run: its `state` keeps it in the context, and offers it by an accessor only. */
export function usageOfRunState(state: object): object | undefined {
  return ownObject(state, 'usage') ?? ownObject(ownObject(state, '_context'), 'usage');
}

function readUsage(usage: object): UsageCounts {
  const input = ownField(usage, 'inputTokensDetails');
  return usageCounts({
    input: ownCount(usage, 'inputTokens'),
    output: ownCount(usage, 'outputTokens'),
    total: ownCount(usage, 'totalTokens'),
    cacheRead: sumOfEntries(input, 'cached_tokens', 'cachedTokens'),
    cacheWrite: sumOfEntries(input, 'cache_write_tokens', 'cacheWriteTokens'),
    reasoning: sumOfEntries(ownField(usage, 'outputTokensDetails'), 'reasoning_tokens', 'reasoningTokens'),
  });
}

function readGenerationUsage(usage: object, details: object): UsageCounts {
  return usageCounts({
    input: ownCount(usage, 'input_tokens'),
    output: ownCount(usage, 'output_tokens'),
    total: ownCount(usage, 'total_tokens') ?? ownCount(details, 'total_tokens'),
    cacheRead: ownCount(ownObject(details, 'input_tokens_details'), 'cached_tokens'),
    cacheWrite: ownCount(ownObject(details, 'input_tokens_details'), 'cache_write_tokens'),
    reasoning: ownCount(ownObject(details, 'output_tokens_details'), 'reasoning_tokens'),
  });
}

function sumOfEntries(details: unknown, ...names: readonly string[]): number | undefined {
  let sum: number | undefined;
  for (const entry of Array.isArray(details) ? details.slice(0, maxRequests) : [details]) {
    const count = typeof entry === 'object' && entry !== null ? ownCount(entry, ...names) : undefined;
    if (count !== undefined) sum = addCounts(sum ?? 0, count);
  }
  return sum;
}

/** A run has a handful of requests; more entries than this are not those of a run. */
const maxRequests = 10_000;

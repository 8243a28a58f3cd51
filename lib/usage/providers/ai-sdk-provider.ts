import { ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** What the AI SDK's providers (specification V3 and V4) report: each side is a record with its own total. */
export function readAiSdkProvider(usage: object): UsageCounts | undefined {
  const input = ownObject(usage, 'inputTokens');
  const output = ownObject(usage, 'outputTokens');
  if (input === undefined && output === undefined) return undefined;
  return usageCounts({
    input: ownCount(input, 'total'),
    output: ownCount(output, 'total'),
    cacheRead: ownCount(input, 'cacheRead'),
    cacheWrite: ownCount(input, 'cacheWrite'),
    reasoning: ownCount(output, 'reasoning'),
  });
}

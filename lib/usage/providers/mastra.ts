import { ownCount, ownObject } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** `UsageStats` of Mastra's model spans. */
export function readMastra(usage: object): UsageCounts | undefined {
  const input = ownObject(usage, 'inputDetails');
  const output = ownObject(usage, 'outputDetails');
  if (input === undefined && output === undefined) return undefined;
  return usageCounts({
    input: ownCount(usage, 'inputTokens'),
    output: ownCount(usage, 'outputTokens'),
    cacheRead: ownCount(input, 'cacheRead'),
    cacheWrite: ownCount(input, 'cacheWrite'),
    reasoning: ownCount(output, 'reasoning'),
  });
}

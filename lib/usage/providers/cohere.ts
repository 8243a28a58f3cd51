import { ownCount, ownObject } from '../own-fields.js';
import { baseCountsOf, type UsageCounts, usageCounts } from '../usage-counts.js';

/** Cohere: what the model read (`tokens`) before what is billed, which leaves the preamble out. Also its older `meta`. */
export function readCohere(usage: object): UsageCounts | undefined {
  const cacheRead = ownCount(usage, 'cached_tokens', 'cachedTokens');
  for (const name of ['tokens', 'billed_units', 'billedUnits']) {
    const part = ownObject(usage, name);
    const counts = usageCounts({
      input: ownCount(part, 'input_tokens', 'inputTokens'),
      output: ownCount(part, 'output_tokens', 'outputTokens'),
      cacheRead,
    });
    if (baseCountsOf(counts) > 0) return counts;
  }
  return undefined;
}

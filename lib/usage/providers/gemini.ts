import { hasOwnField, ownCount } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** Gemini's generateContent and live API, in either spelling. Thoughts are not part of the output, but of the total. */
export function readGemini(usage: object): UsageCounts | undefined {
  if (!hasOwnField(usage, baseNames)) return undefined;
  return usageCounts({
    input: ownCount(usage, 'promptTokenCount', 'prompt_token_count'),
    output: ownCount(usage, ...outputNames),
    total: ownCount(usage, 'totalTokenCount', 'total_token_count'),
    cacheRead: ownCount(usage, 'cachedContentTokenCount', 'cached_content_token_count'),
    reasoning: ownCount(usage, 'thoughtsTokenCount', 'thoughts_token_count'),
  });
}

/** The live API calls its answer "response". */
const outputNames = ['candidatesTokenCount', 'candidates_token_count', 'responseTokenCount', 'response_token_count'];
const baseNames = ['promptTokenCount', 'prompt_token_count', 'totalTokenCount', 'total_token_count', ...outputNames];

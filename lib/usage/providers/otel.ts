import { ownCount } from '../own-fields.js';
import { baseCountsOf, type UsageCounts, usageCounts } from '../usage-counts.js';

/** Attributes of a span by OpenInference's conventions, else by the GenAI ones; never a mixture of both. */
export function readOtel(attributes: object): UsageCounts | undefined {
  const openInference = readOpenInference(attributes);
  if (baseCountsOf(openInference) > 0) return openInference;
  const genAi = readGenAi(attributes);
  return baseCountsOf(genAi) > 0 ? genAi : undefined;
}

function readOpenInference(attributes: object): UsageCounts {
  return usageCounts({
    input: ownCount(attributes, 'llm.token_count.prompt'),
    output: ownCount(attributes, 'llm.token_count.completion'),
    total: ownCount(attributes, 'llm.token_count.total'),
    cacheRead: ownCount(attributes, 'llm.token_count.prompt_details.cache_read'),
    cacheWrite: ownCount(attributes, 'llm.token_count.prompt_details.cache_write'),
    reasoning: ownCount(attributes, 'llm.token_count.completion_details.reasoning'),
  });
}

/** The second name of each is that of an older registry. */
function readGenAi(attributes: object): UsageCounts {
  return usageCounts({
    input: ownCount(attributes, 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'),
    output: ownCount(attributes, 'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'),
    cacheRead: ownCount(attributes, 'gen_ai.usage.cache_read.input_tokens'),
    cacheWrite: ownCount(
      attributes,
      'gen_ai.usage.cache_write.input_tokens',
      'gen_ai.usage.cache_creation.input_tokens',
    ),
    reasoning: ownCount(attributes, 'gen_ai.usage.reasoning.output_tokens'),
  });
}

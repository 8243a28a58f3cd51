import { ownCount } from '../own-fields.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** Ollama: counts at the top of the answer, or of the last line of a stream. A cached prompt is not counted at all. */
export function readOllama(body: object): UsageCounts {
  return usageCounts({ input: ownCount(body, 'prompt_eval_count'), output: ownCount(body, 'eval_count') });
}

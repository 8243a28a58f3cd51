import { isCount } from '../utils/is-count.js';
import { isRecord } from '../utils/records.js';
import type { TokenUsage } from './token-usage.js';

const wireNames = [
  ['inputTokens', 'input_tokens'],
  ['outputTokens', 'output_tokens'],
  ['totalTokens', 'total_tokens'],
  ['cacheReadInputTokens', 'cache_read_input_tokens'],
  ['cacheCreationInputTokens', 'cache_creation_input_tokens'],
  ['cacheCreationInputTokensAbove1hr', 'cache_creation_input_tokens_above_1hr'],
] as const satisfies readonly (readonly [keyof TokenUsage, string])[];

/** MLflow's JSON text of a usage. Its key set is closed, so `reasoningTokens` is not in it. */
export function tokenUsageToJson(usage: TokenUsage): string {
  // Field by field: the engine looks up a name out of a list ten times as long, and each LLM call comes here.
  const {
    cacheReadInputTokens: read,
    cacheCreationInputTokens: created,
    cacheCreationInputTokensAbove1hr: kept,
  } = usage;
  let json = `{"input_tokens":${usage.inputTokens},"output_tokens":${usage.outputTokens},"total_tokens":${usage.totalTokens}`;
  if (read !== undefined) json += `,"cache_read_input_tokens":${read}`;
  if (created !== undefined) json += `,"cache_creation_input_tokens":${created}`;
  if (kept !== undefined) json += `,"cache_creation_input_tokens_above_1hr":${kept}`;
  return `${json}}`;
}

/** A usage out of MLflow's JSON (parsed). Counts that are missing are worked out or 0; `undefined` if there is not one. */
export function tokenUsageFromJson(json: unknown, reasoningTokens?: unknown): TokenUsage | undefined {
  if (!isRecord(json)) return undefined;
  const usage: Partial<Record<keyof TokenUsage, number>> = {};
  for (const [name, wireName] of wireNames) {
    const count = json[wireName];
    if (isCount(count)) usage[name] = count;
  }
  if (usage.inputTokens === undefined && usage.outputTokens === undefined && usage.totalTokens === undefined)
    return undefined;
  if (isCount(reasoningTokens)) usage.reasoningTokens = reasoningTokens;
  const inputTokens = usage.inputTokens ?? 0;
  const outputTokens = usage.outputTokens ?? 0;
  return Object.freeze({
    ...usage,
    inputTokens,
    outputTokens,
    totalTokens: usage.totalTokens ?? inputTokens + outputTokens,
  });
}

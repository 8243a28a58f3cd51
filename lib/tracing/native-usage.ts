import type { TokenUsage } from '../entities/token-usage.js';
import { readTokenUsage } from '../usage/read-token-usage.js';
import { parseJson } from '../utils/parse-json.js';

const usageKey = /^(?:gen_ai\.usage|llm\.token_count)\./;

/** The usage that a library wrote into its span's attributes, by the GenAI conventions or OpenInference's. */
export function nativeUsage(attributes: ReadonlyMap<string, string>): TokenUsage | undefined {
  const counts: Record<string, unknown> = {};
  for (const [key, text] of attributes) {
    if (usageKey.test(key)) counts[key] = parseJson(text);
  }
  return Object.keys(counts).length === 0 ? undefined : readTokenUsage(counts);
}

import type { TokenUsage } from '../entities/token-usage.js';
import { readTokenUsage } from '../usage/read-token-usage.js';
import { parseJson } from '../utils/parse-json.js';
import { setOwn } from '../utils/records.js';

const usageKey = /^(?:gen_ai\.usage|llm\.token_count)\./;
const aiSdkUsageKey = /^ai\.usage\.(?:(inputTokenDetails|outputTokenDetails)\.)?([A-Za-z]+)$/;

/** The usage that a library wrote into its span's attributes, by the AI SDK's names, the GenAI conventions or OpenInference's. */
export function nativeUsage(attributes: ReadonlyMap<string, string>): TokenUsage | undefined {
  const counts: Record<string, unknown> = {};
  for (const [key, text] of attributes) {
    if (usageKey.test(key)) counts[key] = parseJson(text);
  }
  // The AI SDK says it by the conventions as well, but without the cache.
  return aiSdkUsage(attributes) ?? (Object.keys(counts).length === 0 ? undefined : readTokenUsage(counts));
}

function aiSdkUsage(attributes: ReadonlyMap<string, string>): TokenUsage | undefined {
  const details = { inputTokenDetails: {}, outputTokenDetails: {} };
  const usage: Record<string, unknown> = {};
  for (const [key, text] of attributes) {
    const [, part, name] = aiSdkUsageKey.exec(key) ?? [];
    if (name !== undefined)
      setOwn(part === undefined ? usage : details[part as keyof typeof details], name, parseJson(text));
  }
  return Object.keys(usage).length === 0 ? undefined : readTokenUsage({ usage: { ...usage, ...details } });
}

import type { TokenUsage } from '../entities/token-usage.js';
import { findUsage } from './find-usage.js';
import { UsageAccumulator } from './usage-accumulator.js';
import { usageOfCounts } from './usage-counts.js';

/**
 * Reads the token usage out of what a model's SDK gave back: a response, an object that carries one, or the array of a
 * stream's chunks in their order.
 *
 * It knows OpenAI (and what is compatible with it), Anthropic, Gemini, Bedrock, Cohere, Mistral, Ollama, LangChain,
 * the AI SDK, the OpenAI Agents SDK, Mastra and OpenTelemetry's attributes, as JSON and as SDK objects. Counts that are
 * not non-negative integers are passed over. Never throws, and calls no accessor of the result.
 *
 * @returns `undefined` if no usage was reported, or none of a known shape.
 * @example
 * ```ts
 * readTokenUsage({ usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 } });
 * // { inputTokens: 19, outputTokens: 10, totalTokens: 29 }
 * ```
 */
export function readTokenUsage(resultOrChunks: unknown): TokenUsage | undefined {
  if (typeof resultOrChunks !== 'object' || resultOrChunks === null) return undefined;
  try {
    return Array.isArray(resultOrChunks) ? usageOfChunks(resultOrChunks) : usageOfAnswer(resultOrChunks);
  } catch {
    return undefined; // a proxy may throw at any question, even whether it is an array
  }
}

function usageOfAnswer(answer: object): TokenUsage | undefined {
  const counts = findUsage(answer);
  return counts === undefined ? undefined : usageOfCounts(counts);
}

function usageOfChunks(chunks: readonly unknown[]): TokenUsage | undefined {
  if (chunks.length > maxChunks) return undefined;
  const accumulator = new UsageAccumulator();
  for (const chunk of chunks) accumulator.add(chunk);
  return accumulator.usage;
}

/** Longer lists are data, such as the numbers of an embedding, and sparse ones may have four thousand million places. */
const maxChunks = 1_000_000;

/**
 * Tokens of one LLM call, or of a whole trace. Every count is a non-negative integer.
 *
 * `inputTokens` includes tokens read from or written to a cache, whatever the provider reports; `totalTokens` is the
 * provider's own total where it gives one (Gemini's exceeds input + output by the reasoning). An absent key means "not reported".
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheCreationInputTokens?: number;
  /** The part of `cacheCreationInputTokens` that is kept for more than an hour. */
  readonly cacheCreationInputTokensAbove1hr?: number;
  /** Part of the output that was spent on reasoning; not one of MLflow's keys, so it is kept beside them. */
  readonly reasoningTokens?: number;
}

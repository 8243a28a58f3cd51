import type { TokenUsage } from '../entities/token-usage.js';
import { addCounts } from './sum-token-usage.js';

/**
 * How counts go with those that a stream gave before: 'update' (a count said again replaces the old one), 'add' (one part
 * of several), 'replace' (the total of everything so far), 'fallback' (of use only if there was nothing).
 */
export type UsageMode = 'update' | 'add' | 'replace' | 'fallback';

/** What one message of a provider says about tokens, before anything is worked out. `undefined`: not said. */
export interface UsageCounts {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly total: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  /** The part of `cacheWrite` that is kept for more than an hour. */
  readonly cacheWriteAbove1hr: number | undefined;
  readonly reasoning: number | undefined;
  /** Whether `input` leaves the cached tokens out, as Anthropic and Bedrock report it. */
  readonly isCacheOutsideInput: boolean;
  readonly mode: UsageMode;
}

/** Reads the usage record of one provider; `undefined` if the record is not of its shape. */
export type UsageReader = (usage: object) => UsageCounts | undefined;

/** The counts in one fixed shape; those that are left out are `undefined`. */
export function usageCounts(counts: Partial<UsageCounts>): UsageCounts {
  return {
    input: counts.input,
    output: counts.output,
    total: counts.total,
    cacheRead: counts.cacheRead,
    cacheWrite: counts.cacheWrite,
    cacheWriteAbove1hr: counts.cacheWriteAbove1hr,
    reasoning: counts.reasoning,
    isCacheOutsideInput: counts.isCacheOutsideInput ?? false,
    mode: counts.mode ?? 'update',
  };
}

/** How many of input, output and total are known. Without one of them, cache and reasoning counts say nothing. */
export function baseCountsOf({ input, output, total }: UsageCounts): number {
  return Number(input !== undefined) + Number(output !== undefined) + Number(total !== undefined);
}

/** Counts of a stream after one more message: a count that is said again replaces the old one, the others stay. */
export function updateCounts(old: UsageCounts, next: UsageCounts): UsageCounts {
  return {
    input: next.input ?? old.input,
    output: next.output ?? old.output,
    // An older total would not fit the newer parts.
    total: next.total,
    cacheRead: next.cacheRead ?? old.cacheRead,
    cacheWrite: next.cacheWrite ?? old.cacheWrite,
    cacheWriteAbove1hr: next.cacheWriteAbove1hr ?? old.cacheWriteAbove1hr,
    reasoning: next.reasoning ?? old.reasoning,
    isCacheOutsideInput: next.isCacheOutsideInput,
    mode: next.mode,
  };
}

/** Counts of two parts of an answer together. What neither says stays unsaid. */
export function sumCounts(left: UsageCounts, right: UsageCounts): UsageCounts {
  const sum = (key: 'input' | 'output' | 'total' | 'cacheRead' | 'cacheWrite' | 'cacheWriteAbove1hr' | 'reasoning') =>
    left[key] === undefined ? right[key] : addCounts(left[key], right[key] ?? 0);
  return {
    input: sum('input'),
    output: sum('output'),
    total: sum('total'),
    cacheRead: sum('cacheRead'),
    cacheWrite: sum('cacheWrite'),
    cacheWriteAbove1hr: sum('cacheWriteAbove1hr'),
    reasoning: sum('reasoning'),
    isCacheOutsideInput: left.isCacheOutsideInput,
    mode: left.mode,
  };
}

/** The normalised usage: cached tokens are part of the input, and the total is the reported one unless they were added. */
export function usageOfCounts(counts: UsageCounts): TokenUsage {
  const cached = counts.isCacheOutsideInput ? addCounts(counts.cacheRead ?? 0, counts.cacheWrite ?? 0) : 0;
  const inputTokens = addCounts(counts.input ?? 0, cached);
  const outputTokens = counts.output ?? 0;
  const reportedTotal = cached === 0 ? counts.total : undefined;
  return {
    inputTokens,
    outputTokens,
    totalTokens: reportedTotal ?? addCounts(inputTokens, outputTokens),
    ...(counts.cacheRead !== undefined && { cacheReadInputTokens: counts.cacheRead }),
    ...(counts.cacheWrite !== undefined && { cacheCreationInputTokens: counts.cacheWrite }),
    ...(counts.cacheWriteAbove1hr !== undefined && { cacheCreationInputTokensAbove1hr: counts.cacheWriteAbove1hr }),
    ...(counts.reasoning !== undefined && { reasoningTokens: counts.reasoning }),
  };
}

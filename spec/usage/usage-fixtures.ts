import { readdirSync, readFileSync } from 'node:fs';
import type { TokenUsage } from '../../lib/entities/token-usage.js';

/** One answer of a provider, and the usage it stands for; `null`: it reports none. */
export interface UsageFixture {
  readonly file: string;
  readonly body: unknown;
  readonly expected: TokenUsage | undefined;
  /** Counts that a reader may give or leave out. */
  readonly optional: Partial<TokenUsage>;
}

interface FixtureFile {
  readonly body: unknown;
  readonly expected: Readonly<Record<string, number>> | null;
  readonly optional?: Readonly<Record<string, number>>;
}

const folder = new URL('../fixtures/usage/', import.meta.url);

const namesByWireName: Readonly<Record<string, keyof TokenUsage>> = {
  input_tokens: 'inputTokens',
  output_tokens: 'outputTokens',
  total_tokens: 'totalTokens',
  cache_read_input_tokens: 'cacheReadInputTokens',
  cache_creation_input_tokens: 'cacheCreationInputTokens',
  cache_creation_input_tokens_above_1hr: 'cacheCreationInputTokensAbove1hr',
  reasoning_tokens: 'reasoningTokens',
};

/** Every fixture of the folder, in the order of the file names. */
export function usageFixtures(): UsageFixture[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    // The fixtures are data of this repository; their shape is what the interface says.
    const { body, expected, optional = {} } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as FixtureFile;
    // A fixture with an expected usage names all three base counts.
    return {
      file,
      body,
      expected: expected === null ? undefined : (named(expected) as TokenUsage),
      optional: named(optional),
    };
  });
}

function named(counts: Readonly<Record<string, number>>): Partial<TokenUsage> {
  return Object.fromEntries(
    Object.entries(counts).map(([wireName, count]) => [namesByWireName[wireName] ?? wireName, count]),
  );
}

import { readAiSdk } from './providers/ai-sdk.js';
import { readAiSdkProvider } from './providers/ai-sdk-provider.js';
import { readAnthropic } from './providers/anthropic.js';
import { readBedrockConverse } from './providers/bedrock-converse.js';
import { readCohere } from './providers/cohere.js';
import { readGemini } from './providers/gemini.js';
import { readGeminiInteractions } from './providers/gemini-interactions.js';
import { readLangChain } from './providers/langchain.js';
import { readMastra } from './providers/mastra.js';
import { readOpenAiAgents } from './providers/openai-agents.js';
import { readOpenAiChat } from './providers/openai-chat.js';
import { readOpenAiResponses } from './providers/openai-responses.js';
import { readOwnUsage } from './providers/own-usage.js';
import type { UsageCounts, UsageReader } from './usage-counts.js';

/** The counts of a record under `usage`, whoever reported it: the first reader that knows its shape. */
export function readUsageRecord(usage: object): UsageCounts | undefined {
  for (const read of readers) {
    const counts = read(usage);
    if (counts !== undefined) return counts;
  }
  return undefined;
}

/** The particular shape before the general one: Anthropic and the AI SDK claim any record with their two names. */
const readers: readonly UsageReader[] = [
  readOpenAiAgents,
  readGeminiInteractions,
  readOpenAiChat,
  readOwnUsageOrBedrock,
  readLangChain,
  readOpenAiResponses,
  readAnthropic,
  readGemini,
  readCohere,
  readAiSdkProvider,
  readMastra,
  readAiSdk,
];

/** Both have `cacheReadInputTokens`. Bedrock knows when it is its own. */
function readOwnUsageOrBedrock(usage: object): UsageCounts | undefined {
  return readBedrockConverse(usage) ?? readOwnUsage(usage);
}

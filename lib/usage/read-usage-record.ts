import { readAiSdk } from './providers/ai-sdk.js';
import { readAiSdkProvider } from './providers/ai-sdk-provider.js';
import { readAnthropic } from './providers/anthropic.js';
import { readBedrockConverse } from './providers/bedrock-converse.js';
import { readCohere } from './providers/cohere.js';
import { readGemini } from './providers/gemini.js';
import { geminiInteractionsNames, readGeminiInteractions } from './providers/gemini-interactions.js';
import { readLangChain } from './providers/langchain.js';
import { readMastra } from './providers/mastra.js';
import { openAiAgentsNames, readOpenAiAgents } from './providers/openai-agents.js';
import { openAiChatNames, readOpenAiChat } from './providers/openai-chat.js';
import { readOpenAiResponses } from './providers/openai-responses.js';
import { readOwnUsage } from './providers/own-usage.js';
import type { UsageCounts, UsageReader } from './usage-counts.js';

/** A reader, and the names of which a record of its shape has at least one. */
interface Shape {
  readonly read: UsageReader;
  /** `undefined`: it has to look for itself. */
  readonly names?: readonly string[];
}

/** The particular shape before the general one: Anthropic and the AI SDK claim any record with their two names. */
const shapes: readonly Shape[] = [
  { read: readOpenAiAgents, names: openAiAgentsNames },
  { read: readGeminiInteractions, names: geminiInteractionsNames },
  { read: readOpenAiChat, names: openAiChatNames },
  { read: readOwnUsageOrBedrock },
  { read: readLangChain },
  { read: readOpenAiResponses },
  { read: readAnthropic },
  { read: readGemini },
  { read: readCohere },
  { read: readAiSdkProvider },
  { read: readMastra },
  { read: readAiSdk },
];

/** By name a bit for each shape that it is a name of. */
const bitsByName: ReadonlyMap<string, number> = namesOfShapes();
const alwaysAsked = bitsOf(({ names }) => names === undefined);

/**
 * The counts of a record under `usage`, whoever reported it: the first reader that knows its shape. One look at the names that are there
 * rules out most of them.
 */
export function readUsageRecord(usage: object): UsageCounts | undefined {
  let bits = alwaysAsked;
  for (const name in usage) bits |= bitsByName.get(name) ?? 0;
  for (let index = 0; index < shapes.length; index += 1) {
    const counts = (bits & (1 << index)) === 0 ? undefined : shapes[index]?.read(usage);
    if (counts !== undefined) return counts;
  }
  return undefined;
}

function namesOfShapes(): ReadonlyMap<string, number> {
  const names = new Set(shapes.flatMap((shape) => shape.names ?? []));
  return new Map([...names].map((name) => [name, bitsOf((shape) => shape.names?.includes(name) === true)]));
}

function bitsOf(isMeant: (shape: Shape) => boolean): number {
  return shapes.reduce((bits, shape, index) => (isMeant(shape) ? bits | (1 << index) : bits), 0);
}

/** Both have `cacheReadInputTokens`. Bedrock knows when it is its own. */
function readOwnUsageOrBedrock(usage: object): UsageCounts | undefined {
  return readBedrockConverse(usage) ?? readOwnUsage(usage);
}

import { ownField, ownObject } from './own-fields.js';
import { bodyInBytes, readBedrockInvoke, readBedrockMetrics } from './providers/bedrock-invoke.js';
import { readCohere } from './providers/cohere.js';
import { readGemini } from './providers/gemini.js';
import { messageOfGenerations, readUsageMetadata } from './providers/langchain.js';
import { readOllama } from './providers/ollama.js';
import { usageOfRunState } from './providers/openai-agents.js';
import { readOtel } from './providers/otel.js';
import { readUsageRecord } from './read-usage-record.js';
import { baseCountsOf, type UsageCounts, type UsageReader } from './usage-counts.js';

/**
 * How counts go with those that a stream gave before: 'update' (a count said again replaces the old one), 'add' (one part
 * of several), 'replace' (the total of everything so far), 'fallback' (of use only if there was nothing).
 */
export type UsageMode = 'update' | 'add' | 'replace' | 'fallback';

/** A property of a result or chunk under which usage may be found. */
export interface UsagePlace {
  readonly name: string;
  /** Of several places the one of the lowest rank is read first. */
  readonly rank: number;
  readonly mode: UsageMode;
  /** The counts at this place of the holder. */
  readonly read: (holder: object, name: string) => UsageCounts | undefined;
}

/** Every place by its name, ranked in the order of this list. */
export const usagePlaces: ReadonlyMap<string, UsagePlace> = ranked([
  place(at(readUsageRecord), ['totalUsage'], 'replace'),
  place(at(readUsageRecord), ['usage']),
  place(at(readGemini), ['usageMetadata']),
  place(at(readEitherMetadata), ['usage_metadata']),
  place(inside(['usage']), ['x_groq', 'xGroq']),
  place(inside(['usage', 'token_usage', 'tokenUsage']), ['response_metadata']),
  place(at(readAnswer), ['message', 'response', 'data', 'result', 'completion']),
  place(inside(['usage']), ['delta', 'metadata', 'interaction', 'attributes']),
  place(readGenerations, ['generations']),
  place(inside(['tokenUsage', 'token_usage', 'usage', 'estimatedTokenUsage']), ['llmOutput', 'llm_output']),
  place(readRunState, ['state']),
  place(at(readCohere), ['meta']),
  place(readOllama, ['prompt_eval_count', 'eval_count']),
  place(readBedrockInvoke, ['generation_token_count', 'inputTextTokenCount']),
  place(readOtel, ['llm.token_count.prompt', 'llm.token_count.completion', 'llm.token_count.total']),
  place(readOtel, ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens']),
  place(readOtel, ['gen_ai.usage.prompt_tokens', 'gen_ai.usage.completion_tokens']),
  place(readBareUsage, ['input_tokens', 'inputTokens', 'prompt_tokens', 'promptTokens', 'promptTokenCount']),
  place(readBareUsage, ['prompt_token_count', 'total_input_tokens', 'totalInputTokens', 'billed_units', 'billedUnits']),
  place(readBody, ['body']),
  place(readChunk, ['chunk']),
  place(at(readBedrockMetrics), ['amazon-bedrock-invocationMetrics'], 'fallback'),
]);

type PlaceRead = UsagePlace['read'];
type UnrankedPlaces = readonly Omit<UsagePlace, 'rank'>[];

function place(read: PlaceRead, names: readonly string[], mode: UsageMode = 'update'): UnrankedPlaces {
  return names.map((name) => ({ name, mode, read }));
}

function ranked(places: readonly UnrankedPlaces[]): ReadonlyMap<string, UsagePlace> {
  return new Map(places.flat().map((entry, rank) => [entry.name, { ...entry, rank }]));
}

/** The place itself holds the usage. */
function at(read: UsageReader): PlaceRead {
  return (holder, name) => {
    const usage = ownObject(holder, name);
    return usage === undefined ? undefined : read(usage);
  };
}

/** The place holds an object with the usage under one of the names. */
function inside(names: readonly string[]): PlaceRead {
  return (holder, name) => {
    const usage = ownObject(ownObject(holder, name), ...names);
    return usage === undefined ? undefined : readUsageRecord(usage);
  };
}

/** A provider's answer in a wrapper: an event of its stream, `{ data }` of an HTTP client, `{ response }` of the older Gemini SDK. */
function readAnswer(answer: object): UsageCounts | undefined {
  for (const name of answerPlaces) {
    const counts = Object.hasOwn(answer, name) ? usagePlaces.get(name)?.read(answer, name) : undefined;
    if (counts !== undefined && baseCountsOf(counts) > 0) return counts;
  }
  return undefined;
}

const answerPlaces = ['usage', 'usageMetadata', 'usage_metadata', 'response_metadata', 'meta'];

/** LangChain's messages have `usage_metadata`, and so has Gemini where its own snake_case is kept. */
function readEitherMetadata(usage: object): UsageCounts | undefined {
  return readGemini(usage) ?? readUsageMetadata(usage);
}

function readGenerations(holder: object): UsageCounts | undefined {
  const message = messageOfGenerations(ownField(holder, 'generations'));
  return message === undefined ? undefined : readAnswer(message);
}

function readRunState(holder: object): UsageCounts | undefined {
  const state = ownObject(holder, 'state');
  const usage = state === undefined ? undefined : usageOfRunState(state);
  return usage === undefined ? undefined : readUsageRecord(usage);
}

/** The holder is a usage itself. One count alone is more likely an estimate, such as the answer of a token counter. */
function readBareUsage(holder: object): UsageCounts | undefined {
  const counts = readUsageRecord(holder);
  return counts !== undefined && baseCountsOf(counts) > 1 ? counts : undefined;
}

function readBody(holder: object): UsageCounts | undefined {
  return readBytes(ownField(holder, 'body'));
}

function readChunk(holder: object): UsageCounts | undefined {
  const chunk = ownObject(holder, 'chunk');
  return chunk === undefined ? undefined : readBytes(ownField(chunk, 'bytes'));
}

/** What a model says through Bedrock's InvokeModel. */
function readBytes(bytes: unknown): UsageCounts | undefined {
  const body = bodyInBytes(bytes);
  if (body === undefined) return undefined;
  for (const name of bytesPlaces) {
    const counts = Object.hasOwn(body, name) ? usagePlaces.get(name)?.read(body, name) : undefined;
    if (counts !== undefined && baseCountsOf(counts) > 0) return counts;
  }
  return undefined;
}

/** Bedrock's own metrics are left out: they come after, and would replace, what the model said. */
const bytesPlaces = ['usage', 'message', 'metadata', 'generation_token_count', 'inputTextTokenCount', 'meta'];

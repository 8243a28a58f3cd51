import { ownField, ownObject } from './own-fields.js';
import { bodyInBytes, readBedrockMetrics, readLlama, readTitan } from './providers/bedrock-invoke.js';
import { readCohere } from './providers/cohere.js';
import { readGemini } from './providers/gemini.js';
import { messageOfGenerations, readUsageMetadata } from './providers/langchain.js';
import { readOllama } from './providers/ollama.js';
import { usageOfRunState } from './providers/openai-agents.js';
import { readOtel } from './providers/otel.js';
import { readUsageRecord } from './read-usage-record.js';
import { baseCountsOf, sumCounts, type UsageCounts, type UsageReader } from './usage-counts.js';

/** A property of a result or chunk under which usage may be found. */
export interface UsagePlace {
  readonly name: string;
  /** Of several places the one of the lowest rank is read first. */
  readonly rank: number;
  /** The counts in the value that is there, or in the holder itself. */
  readonly read: (value: unknown, holder: object) => UsageCounts | undefined;
}

const metricsName = 'amazon-bedrock-invocationMetrics';

/** Every place by its name, ranked in the order of this list. */
export const usagePlaces: ReadonlyMap<string, UsagePlace> = ranked([
  place(at(readTotalUsage), ['totalUsage']),
  place(at(readUsageRecord), ['usage']),
  place(at(readGemini), ['usageMetadata']),
  place(at(readEitherMetadata), ['usage_metadata']),
  place(inside('usage'), ['x_groq', 'xGroq']),
  place(inside('usage', 'token_usage', 'tokenUsage'), ['response_metadata']),
  place(at(readAnswer), ['message', 'response', 'result', 'completion', 'raw']),
  place(at(readEvent), ['data']),
  place(inside('usage'), ['delta', 'metadata', 'interaction', 'attributes']),
  place(at(readGenerations), ['generations']),
  place(at(readUpdate), ['messages']),
  place(inside('tokenUsage', 'token_usage', 'usage', 'estimatedTokenUsage'), ['llmOutput', 'llm_output']),
  place(at(readRunState), ['state']),
  place(at(readCohere), ['meta']),
  place(around(readOllama), ['prompt_eval_count', 'eval_count']),
  place(around(readLlama), ['generation_token_count']),
  place(around(readTitan), ['inputTextTokenCount']),
  place(at(readSteps), ['steps']),
  place(around(readOtel), ['llm.token_count.prompt', 'llm.token_count.completion', 'llm.token_count.total']),
  place(around(readOtel), ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens']),
  place(around(readOtel), ['gen_ai.usage.prompt_tokens', 'gen_ai.usage.completion_tokens']),
  place(around(readBareUsage), ['input_tokens', 'inputTokens', 'prompt_tokens', 'promptTokens', 'promptTokenCount']),
  place(around(readBareUsage), [
    'prompt_token_count',
    'total_input_tokens',
    'totalInputTokens',
    'billed_units',
    'billedUnits',
  ]),
  place(at(readBytes), ['body']),
  place(at(readChunk), ['chunk']),
  place(at(readBedrockMetrics), [metricsName]),
]);

type PlaceRead = UsagePlace['read'];
type UnrankedPlaces = readonly Omit<UsagePlace, 'rank'>[];

function place(read: PlaceRead, names: readonly string[]): UnrankedPlaces {
  return names.map((name) => ({ name, read }));
}

function ranked(places: readonly UnrankedPlaces[]): ReadonlyMap<string, UsagePlace> {
  return new Map(places.flat().map((entry, rank) => [entry.name, { ...entry, rank }]));
}

/** The place itself holds the usage. */
function at(read: UsageReader): PlaceRead {
  return (value) => (isObject(value) ? read(value) : undefined);
}

/** The place holds an object with the usage under one of the names. */
function inside(...names: readonly string[]): PlaceRead {
  return (value) => {
    const usage = isObject(value) ? ownObject(value, ...names) : undefined;
    return usage === undefined ? undefined : readUsageRecord(usage);
  };
}

/** The AI SDK's sum over all steps of an answer. */
function readTotalUsage(usage: object): UsageCounts | undefined {
  const counts = readUsageRecord(usage);
  return counts === undefined ? undefined : { ...counts, mode: 'replace' };
}

/** A list may say that it has four thousand million. */
const maxSteps = 1000;

/** Those of an answer of the AI SDK 5, which has their sum from a getter. */
function readSteps(steps: object): UsageCounts | undefined {
  if (!Array.isArray(steps)) return undefined;
  let sum: UsageCounts | undefined;
  for (let index = 0; index < steps.length && index < maxSteps; index += 1) {
    const usage = ownObject(ownObject(steps, String(index)), 'usage');
    const counts = usage && readUsageRecord(usage);
    if (counts !== undefined) sum = sum === undefined ? counts : sumCounts(sum, counts);
  }
  return sum;
}

/** The holder is a record of counts itself. */
function around(read: UsageReader): PlaceRead {
  return (_value, holder) => read(holder);
}

/** One count alone is more likely an estimate, such as the answer of a token counter. */
function readBareUsage(holder: object): UsageCounts | undefined {
  const counts = readUsageRecord(holder);
  return counts !== undefined && baseCountsOf(counts) > 1 ? counts : undefined;
}

/** LangChain's messages have `usage_metadata`, and so has Gemini where its own snake_case is kept. */
function readEitherMetadata(usage: object): UsageCounts | undefined {
  return readGemini(usage) ?? readUsageMetadata(usage);
}

/**
 * A provider's answer in a wrapper: an event of its stream, `{ data }` of an HTTP client, `{ response }` of the older Gemini SDK,
 * `{ raw }` of LangChain's structured output.
 */
function readAnswer(answer: object): UsageCounts | undefined {
  return readNamed(answer, ['usage', 'usageMetadata', 'usage_metadata', 'response_metadata', 'meta']);
}

/** The same, or the event of a stream in a wrapper of an agent's: `{ data: { response } }` of the OpenAI Agents SDK. */
function readEvent(event: object): UsageCounts | undefined {
  const answer = ownObject(event, 'response');
  return readAnswer(event) ?? (answer && readAnswer(answer));
}

function readGenerations(generations: object): UsageCounts | undefined {
  const message = messageOfGenerations(generations);
  return message === undefined ? undefined : readAnswer(message);
}

/** What a node of LangGraph adds to the messages; of several, most have been counted where they were made. */
function readUpdate(messages: object): UsageCounts | undefined {
  const message = Array.isArray(messages) && messages.length === 1 ? ownObject(messages, '0') : undefined;
  return message && readAnswer(message);
}

function readRunState(state: object): UsageCounts | undefined {
  const usage = usageOfRunState(state);
  return usage === undefined ? undefined : readUsageRecord(usage);
}

function readChunk(chunk: object): UsageCounts | undefined {
  const bytes = ownObject(chunk, 'bytes');
  return bytes === undefined ? undefined : readBytes(bytes);
}

/** What a model, else Bedrock itself, says in the bytes of InvokeModel. */
function readBytes(bytes: object): UsageCounts | undefined {
  const body = bodyInBytes(bytes);
  if (body === undefined) return undefined;
  return readNamed(body, [
    'usage',
    'message',
    'metadata',
    'generation_token_count',
    'inputTextTokenCount',
    metricsName,
  ]);
}

function readNamed(holder: object, names: readonly string[]): UsageCounts | undefined {
  for (const name of names) {
    if (!Object.hasOwn(holder, name)) continue;
    const counts = usagePlaces.get(name)?.read(ownField(holder, name), holder);
    if (counts !== undefined && baseCountsOf(counts) > 0) return counts;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

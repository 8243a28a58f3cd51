import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

type Stream = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream'];
export type Part = Stream extends ReadableStream<infer Item> ? Item : never;
type Answer = Awaited<ReturnType<MockLanguageModelV3['doGenerate']>>;

/** What each answer of the models here has used. */
export const usage: Answer['usage'] = {
  inputTokens: { total: 10, noCache: 7, cacheRead: 3, cacheWrite: undefined },
  outputTokens: { total: 20, text: 15, reasoning: 5 },
};

/** As a trace tells it. */
export const usageInTrace = {
  inputTokens: 10,
  outputTokens: 20,
  totalTokens: 30,
  cacheReadInputTokens: 3,
  reasoningTokens: 5,
};

const start: readonly Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', id: 'answer-1', modelId: 'gpt-4o-mini-2024-07-18', timestamp: new Date(0) },
  { type: 'text-start', id: '1' },
];

export const finish: Part = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage };
export const toolCall = {
  type: 'tool-call',
  toolCallId: 'call-1',
  toolName: 'weather',
  input: '{"city":"Rome"}',
} as const;

/** The parts of an answer in so many words. */
export function words(...texts: readonly string[]): readonly Part[] {
  return [...beginning(...texts), { type: 'text-end', id: '1' }, finish];
}

/** As `words`, without an end. */
export function beginning(...texts: readonly string[]): readonly Part[] {
  return [...start, ...texts.map((delta): Part => ({ type: 'text-delta', id: '1', delta }))];
}

/** A model that gives each of the answers in turn. */
export function streaming(...answers: readonly (readonly Part[])[]): MockLanguageModelV3 {
  const left = [...answers];
  return new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [...(left.shift() ?? [])],
        initialDelayInMs: null,
        chunkDelayInMs: null,
      }),
    }),
  });
}

/** The same for answers that come whole. */
export function answering(...contents: readonly Answer['content'][]): MockLanguageModelV3 {
  const left = [...contents];
  return new MockLanguageModelV3({
    doGenerate: async () => ({
      content: left.shift() ?? [],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage,
      warnings: [],
      response: { id: 'answer-1', modelId: 'gpt-4o-mini-2024-07-18', timestamp: new Date(0) },
    }),
  });
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geminiInteractionsNames, readGeminiInteractions } from '../../lib/usage/providers/gemini-interactions.js';
import { openAiAgentsNames, readOpenAiAgents } from '../../lib/usage/providers/openai-agents.js';
import { openAiChatNames, readOpenAiChat } from '../../lib/usage/providers/openai-chat.js';
import { usageFixtures } from './usage-fixtures.js';

/** Every name that stands anywhere in what providers answer. */
const allNames = [
  ...new Set(
    usageFixtures().flatMap(({ body }) =>
      [...JSON.stringify(body).matchAll(/"(\w+)":/g)].map(([, name]) => name ?? ''),
    ),
  ),
];

describe('the names of a shape of usage', () => {
  it.each([
    ['OpenAI Agents', readOpenAiAgents, openAiAgentsNames],
    ['Gemini interactions', readGeminiInteractions, geminiInteractionsNames],
    ['OpenAI chat', readOpenAiChat, openAiChatNames],
  ] as const)('are all there are of %s: without one of them it reads nothing', (_title, read, names) => {
    const others = allNames.filter((name) => !names.includes(name));
    const value = fc.oneof(fc.nat(), fc.constant({ cached_tokens: 1, input_tokens: 2, total_tokens: 3 }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...others), value), (record) => {
        expect(read(record)).toBeUndefined();
      }),
    );
    expect(others.length).toBeGreaterThan(50);
  });
});

import { embed, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { MockEmbeddingModelV3 } from 'ai/test';
import { flush, shutdown, traceAgent, traceLLM, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { answering, streaming, toolCall, usageInTrace, words } from '../support/ai-sdk.js';
import { recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(() => shutdown());

const telemetry = { experimental_telemetry: { isEnabled: true } };

describe("the spans of the AI SDK's own telemetry", () => {
  it('have their types and their usage, which counts once', async () => {
    const memory = recordInMemory();
    const model = answering([{ type: 'text', text: 'Hello' }]);

    await traceAgent(async function run() {
      await generateText({ model, prompt: 'Hi', ...telemetry });
    })();

    const [answer, call] = [spanNamed(memory, 'ai.generateText'), spanNamed(memory, 'ai.generateText.doGenerate')];
    expect(memory.traces.map(treeOf)).toEqual(['run[ai.generateText[ai.generateText.doGenerate]]']);
    expect([answer.type, call.type]).toEqual(['CHAIN', 'LLM']);
    expect([answer.tokenUsage, call.tokenUsage]).toEqual([usageInTrace, usageInTrace]);
    expect(memory.traces[0]?.info.tokenUsage).toEqual(usageInTrace);
  });

  it('have what went in and came out in their own places, as a chat, and the model', async () => {
    const memory = recordInMemory();

    await generateText({ model: answering([{ type: 'text', text: 'Hello' }]), prompt: 'Hi', ...telemetry });

    const [answer, call] = [spanNamed(memory, 'ai.generateText'), spanNamed(memory, 'ai.generateText.doGenerate')];
    expect([answer.inputs, answer.outputs]).toEqual([{ prompt: 'Hi' }, 'Hello']);
    expect(call.inputs).toEqual({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] });
    expect(call.outputs).toMatchObject({ text: 'Hello', finishReason: 'stop' });
    expect(['mlflow.llm.model', 'mlflow.message.format'].map((key) => call.getAttribute(key))).toEqual([
      'gpt-4o-mini-2024-07-18',
      'vercel_ai',
    ]);
    expect(memory.traces[0]?.info.responsePreview).toBe('"Hello"');
  });

  it('have none of it twice where that would be more than a trace holds', async () => {
    const memory = recordInMemory({ maxTraceLength: 1500 });

    await generateText({ model: answering([{ type: 'text', text: 'Hello' }]), prompt: 'H'.repeat(1000), ...telemetry });

    expect(spanNamed(memory, 'ai.generateText').inputs).toBeUndefined();
  });

  it('join the span of a call that returned streamText() whole', async () => {
    const memory = recordInMemory();
    const ask = traceLLM(function ask() {
      return streamText({ model: streaming(words('Hello')), prompt: 'Hi', ...telemetry });
    });

    await ask().text;
    await flush(); // the AI SDK ends its own span a little later

    expect(memory.traces.map(treeOf)).toEqual(['ask[ai.streamText[ai.streamText.doStream]]']);
    expect(memory.traces[0]?.info.tokenUsage).toEqual(usageInTrace);
  });

  it('have the usage of embeddings', async () => {
    const memory = recordInMemory();
    const model = new MockEmbeddingModelV3({
      doEmbed: async () => ({ embeddings: [[0.5, 1]], usage: { tokens: 9 }, warnings: [] }),
    });

    await embed({ model, value: 'sunny', ...telemetry });

    expect(spanNamed(memory, 'ai.embed').type).toBe('EMBEDDING');
    expect(memory.traces[0]?.info.tokenUsage).toEqual({ inputTokens: 9, outputTokens: 0, totalTokens: 9 });
  });

  it('hold the spans of tools', async () => {
    const memory = recordInMemory();
    const weather = traceTool(async function weather({ city }: { city: string }) {
      return `20 degrees in ${city}`;
    });
    const tools = { weather: tool({ inputSchema: jsonSchema<{ city: string }>({}), execute: weather }) };

    await generateText({
      model: answering([toolCall], [{ type: 'text', text: 'Warm.' }]),
      prompt: 'Hi',
      tools,
      stopWhen: stepCountIs(2),
      ...telemetry,
    });

    expect(memory.traces.map(treeOf)).toEqual([
      'ai.generateText[ai.generateText.doGenerate ai.toolCall[weather] ai.generateText.doGenerate]',
    ]);
    const { type, inputs, outputs } = spanNamed(memory, 'ai.toolCall');
    expect([type, inputs, outputs]).toEqual(['TOOL', { city: 'Rome' }, '20 degrees in Rome']);
    expect(spanNamed(memory, 'ai.toolCall').getAttribute('gen_ai.tool.call.id')).toBe('call-1');
    expect(memory.traces[0]?.info.tokenUsage?.totalTokens).toBe(60);
  });
});

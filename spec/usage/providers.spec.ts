import { describe, expect, it } from 'vitest';
import { readTokenUsage } from '../../lib/usage/read-token-usage.js';

const bytes = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body));

/** Shapes that the fixtures do not have. */
describe('readTokenUsage of a provider', () => {
  it.each(['response.completed', 'response.incomplete', 'response.failed'])('reads %s of OpenAI', (type) => {
    const usage = readTokenUsage([
      { type: 'response.created', response: { id: 'resp_1', object: 'response', usage: null } },
      {
        type,
        response: { id: 'resp_1', object: 'response', usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 } },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 9, outputTokens: 1, totalTokens: 10 });
  });

  it('reads a transcription of OpenAI', () => {
    const usage = readTokenUsage({
      text: 'Hi',
      usage: {
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 0, audio_tokens: 14 },
        output_tokens: 45,
        total_tokens: 59,
      },
    });

    expect(usage).toStrictEqual({ inputTokens: 14, outputTokens: 45, totalTokens: 59 });
  });

  it('reads a realtime answer of OpenAI', () => {
    const usage = readTokenUsage({
      type: 'response.done',
      response: {
        usage: { input_tokens: 14, output_tokens: 5, total_tokens: 19, input_token_details: { cached_tokens: 8 } },
      },
    });

    expect(usage).toStrictEqual({ inputTokens: 14, outputTokens: 5, totalTokens: 19, cacheReadInputTokens: 8 });
  });

  it('reads the last chunk of Groq', () => {
    const usage = readTokenUsage([
      { object: 'chat.completion.chunk', choices: [], x_groq: { id: 'req_1' } },
      {
        object: 'chat.completion.chunk',
        choices: [],
        x_groq: {
          id: 'req_1',
          usage: {
            prompt_tokens: 40,
            completion_tokens: 20,
            total_tokens: 60,
            prompt_tokens_details: { cached_tokens: 32 },
          },
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 40, outputTokens: 20, totalTokens: 60, cacheReadInputTokens: 32 });
  });

  it('reads the events of the Mistral SDK', () => {
    const usage = readTokenUsage([
      { data: { id: 'm1', choices: [{ delta: { content: 'Paris.' } }] } },
      {
        data: {
          id: 'm1',
          choices: [],
          usage: { promptTokens: 15, completionTokens: 7, totalTokens: 22, num_cached_tokens: 8 },
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 15, outputTokens: 7, totalTokens: 22, cacheReadInputTokens: 8 });
  });

  it('reads the cached tokens of DeepSeek', () => {
    const usage = readTokenUsage({
      usage: { prompt_tokens: 15, completion_tokens: 7, total_tokens: 22, prompt_cache_hit_tokens: 8 },
    });

    expect(usage).toStrictEqual({ inputTokens: 15, outputTokens: 7, totalTokens: 22, cacheReadInputTokens: 8 });
  });

  it('reads a total alone, as some embedding servers report it', () => {
    expect(readTokenUsage({ data: [], usage: { total_tokens: 8 } })).toStrictEqual({
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 8,
    });
  });

  it('reads the last event of Cohere', () => {
    const usage = readTokenUsage([
      { type: 'content-delta', delta: { message: { content: { text: 'Paris.' } } } },
      {
        type: 'message-end',
        delta: {
          finish_reason: 'COMPLETE',
          usage: {
            billed_units: { input_tokens: 5, output_tokens: 4 },
            tokens: { input_tokens: 71, output_tokens: 4 },
          },
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 71, outputTokens: 4, totalTokens: 75 });
  });

  it('reads what Cohere bills where it reports nothing else', () => {
    const usage = readTokenUsage({ embeddings: [], meta: { billedUnits: { inputTokens: 5 } } });

    expect(usage).toStrictEqual({ inputTokens: 5, outputTokens: 0, totalTokens: 5 });
  });

  it('reads the last event of a Bedrock conversation', () => {
    const usage = readTokenUsage([
      { contentBlockDelta: { delta: { text: 'Paris.' }, contentBlockIndex: 0 } },
      {
        metadata: {
          usage: { inputTokens: 30, outputTokens: 12, totalTokens: 1542, cacheReadInputTokens: 1500 },
          metrics: { latencyMs: 4 },
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 1530, outputTokens: 12, totalTokens: 1542, cacheReadInputTokens: 1500 });
  });

  it('reads the body of Nova', () => {
    const usage = readTokenUsage({
      output: {},
      usage: {
        inputTokens: 30,
        outputTokens: 12,
        totalTokens: 42,
        cacheReadInputTokenCount: 0,
        cacheWriteInputTokenCount: 0,
      },
    });

    expect(usage).toStrictEqual({
      inputTokens: 30,
      outputTokens: 12,
      totalTokens: 42,
      cacheReadInputTokens: 0,
      cacheCreationInputTokens: 0,
    });
  });

  it('reads the body of Titan', () => {
    const usage = readTokenUsage({
      inputTextTokenCount: 9,
      results: [{ tokenCount: 3, outputText: 'Paris.' }, { tokenCount: 2 }],
    });

    expect(usage).toStrictEqual({ inputTokens: 9, outputTokens: 5, totalTokens: 14 });
  });

  it('reads the stream of Llama', () => {
    const usage = readTokenUsage([
      { generation: 'Par', prompt_token_count: 9, generation_token_count: 1, stop_reason: null },
      { generation: 'is.', prompt_token_count: null, generation_token_count: 2, stop_reason: 'stop' },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 9, outputTokens: 2, totalTokens: 11 });
  });

  it('reads the bytes of a Bedrock body', () => {
    const usage = readTokenUsage({
      contentType: 'application/json',
      body: bytes({ usage: { input_tokens: 16, output_tokens: 6 } }),
    });

    expect(usage).toStrictEqual({ inputTokens: 16, outputTokens: 6, totalTokens: 22 });
  });

  it('reads the bytes of a Bedrock stream, and believes the model before the metrics', () => {
    const usage = readTokenUsage([
      {
        chunk: {
          bytes: bytes({
            type: 'message_start',
            message: { usage: { input_tokens: 16, output_tokens: 1, cache_read_input_tokens: 4 } },
          }),
        },
      },
      {
        chunk: {
          bytes: bytes({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Paris.' } }),
        },
      },
      { chunk: { bytes: bytes({ type: 'message_delta', delta: {}, usage: { output_tokens: 6 } }) } },
      {
        chunk: {
          bytes: bytes({
            type: 'message_stop',
            'amazon-bedrock-invocationMetrics': { inputTokenCount: 99, outputTokenCount: 99 },
          }),
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 20, outputTokens: 6, totalTokens: 26, cacheReadInputTokens: 4 });
  });

  it('reads the metrics of Bedrock where the model says nothing', () => {
    const usage = readTokenUsage([
      { outputs: [], 'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 2 } },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 9, outputTokens: 2, totalTokens: 11 });
  });

  it.each([
    ['no JSON', new TextEncoder().encode('usage: none')],
    ['more than a mebibyte', bytes({ usage: { input_tokens: 16, output_tokens: 6 }, text: 'x'.repeat(1_048_576) })],
    ['a body without usage', bytes({ completion: 'Paris.' })],
    ['JSON that is no object', bytes('usage')],
  ])('finds none in bytes that hold %s', (_what, body) => {
    expect(readTokenUsage({ body })).toBeUndefined();
  });

  it('reads the live API of Gemini', () => {
    const usage = readTokenUsage({
      serverContent: {},
      usageMetadata: { promptTokenCount: 8, responseTokenCount: 4, totalTokenCount: 12 },
    });

    expect(usage).toStrictEqual({ inputTokens: 8, outputTokens: 4, totalTokens: 12 });
  });

  it('reads snake_case of Gemini, the last chunk alone', () => {
    const usage = readTokenUsage([
      { usage_metadata: { prompt_token_count: 8, candidates_token_count: 1, total_token_count: 9 } },
      {
        usage_metadata: {
          prompt_token_count: 8,
          candidates_token_count: 4,
          total_token_count: 15,
          thoughts_token_count: 3,
        },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 8, outputTokens: 4, totalTokens: 15, reasoningTokens: 3 });
  });

  it('reads the last event of an interaction of Gemini', () => {
    const usage = readTokenUsage([
      { event_type: 'content.delta', delta: { type: 'text', text: 'Paris.' } },
      {
        event_type: 'interaction.complete',
        interaction: { usage: { total_input_tokens: 8, total_output_tokens: 4, total_tokens: 12 } },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 8, outputTokens: 4, totalTokens: 12 });
  });

  it('reads an LLMResult of LangChain by its message', () => {
    const message = {
      usage_metadata: { input_tokens: 8, output_tokens: 4, total_tokens: 12, input_token_details: { cache_read: 2 } },
    };

    const usage = readTokenUsage({
      generations: [[{ text: 'Paris.', message }]],
      llmOutput: { tokenUsage: { promptTokens: 8, completionTokens: 4 } },
    });

    expect(usage).toStrictEqual({ inputTokens: 8, outputTokens: 4, totalTokens: 12, cacheReadInputTokens: 2 });
  });

  it('reads the llmOutput of LangChain for several prompts', () => {
    const usage = readTokenUsage({
      generations: [[{ text: 'Paris.' }], [{ text: 'Rome.' }]],
      llmOutput: { tokenUsage: { promptTokens: 16, completionTokens: 8, totalTokens: 24 } },
    });

    expect(usage).toStrictEqual({ inputTokens: 16, outputTokens: 8, totalTokens: 24 });
  });

  it('reads the usage_metadata of LangChain on its own', () => {
    const usage = readTokenUsage({
      input_tokens: 350,
      output_tokens: 240,
      total_tokens: 590,
      input_token_details: { cache_read: 100 },
    });

    expect(usage).toStrictEqual({ inputTokens: 350, outputTokens: 240, totalTokens: 590, cacheReadInputTokens: 100 });
  });

  it('reads what a provider of the AI SDK reports', () => {
    const usage = readTokenUsage([
      { type: 'text-delta', id: '0', delta: 'Paris.' },
      {
        type: 'finish',
        usage: {
          inputTokens: { total: 100, noCache: 30, cacheRead: 60, cacheWrite: 10 },
          outputTokens: { total: 20, text: 15, reasoning: 5 },
        },
      },
    ]);

    expect(usage).toStrictEqual({
      inputTokens: 100,
      outputTokens: 20,
      totalTokens: 120,
      cacheReadInputTokens: 60,
      cacheCreationInputTokens: 10,
      reasoningTokens: 5,
    });
  });

  it('reads all steps of the AI SDK 5, not the last', () => {
    const usage = readTokenUsage({
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      totalUsage: { inputTokens: 5, outputTokens: 4, totalTokens: 9 },
    });

    expect(usage).toStrictEqual({ inputTokens: 5, outputTokens: 4, totalTokens: 9 });
  });

  it('sums the steps where the AI SDK 5 has their sum behind an accessor', () => {
    class Answer {
      readonly steps = [
        { usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12, cachedInputTokens: 4 } },
        { text: 'between' },
        { usage: { inputTokens: 20, outputTokens: 3, totalTokens: 23, reasoningTokens: 1 } },
      ];
      get usage(): never {
        throw new Error('Called');
      }
    }

    expect(readTokenUsage(new Answer())).toStrictEqual({
      inputTokens: 30,
      outputTokens: 5,
      totalTokens: 35,
      cacheReadInputTokens: 4,
      reasoningTokens: 1,
    });
  });

  it('reads the embeddings of the AI SDK', () => {
    expect(readTokenUsage({ embeddings: [], usage: { tokens: 8 } })).toStrictEqual({
      inputTokens: 8,
      outputTokens: 0,
      totalTokens: 8,
    });
  });

  it('reads a run of OpenAI Agents, whose state has usage behind an accessor', () => {
    class RunState {
      readonly _context = {
        usage: {
          requests: 1,
          inputTokens: 24,
          outputTokens: 5,
          totalTokens: 29,
          inputTokensDetails: [{ cached_tokens: 4 }],
        },
      };
      get usage(): never {
        throw new Error('Called');
      }
    }

    const usage = readTokenUsage({ state: new RunState(), finalOutput: 'Paris.' });

    expect(usage).toStrictEqual({ inputTokens: 24, outputTokens: 5, totalTokens: 29, cacheReadInputTokens: 4 });
  });

  it('reads the usage of AutoGen', () => {
    const usage = readTokenUsage({
      finish_reason: 'stop',
      content: 'Paris.',
      usage: { prompt_tokens: 12, completion_tokens: 3 },
      cached: false,
    });

    expect(usage).toStrictEqual({ inputTokens: 12, outputTokens: 3, totalTokens: 15 });
  });

  it('reads a span of Mastra', () => {
    const usage = readTokenUsage({
      attributes: { usage: { inputTokens: 10, outputTokens: 2, inputDetails: { cacheRead: 5 } } },
    });

    expect(usage).toStrictEqual({ inputTokens: 10, outputTokens: 2, totalTokens: 12, cacheReadInputTokens: 5 });
  });

  it.each([
    ['x_groq in camelCase', { xGroq: { usage: { promptTokens: 3, completionTokens: 4 } } }],
    ['LangChain, response_metadata.usage', { response_metadata: { usage: { input_tokens: 3, output_tokens: 4 } } }],
    [
      'LangChain, response_metadata.tokenUsage',
      { response_metadata: { tokenUsage: { promptTokens: 3, completionTokens: 4 } } },
    ],
    ['LangChain, llmOutput.usage', { llmOutput: { usage: { input_tokens: 3, output_tokens: 4 } } }],
    [
      'LangChain, llmOutput.estimatedTokenUsage',
      { llmOutput: { estimatedTokenUsage: { promptTokens: 3, completionTokens: 4 } } },
    ],
    ['LangChain, llm_output.token_usage', { llm_output: { token_usage: { prompt_tokens: 3, completion_tokens: 4 } } }],
    [
      'LangChain, message.response_metadata',
      { message: { response_metadata: { usage: { input_tokens: 3, output_tokens: 4 } } } },
    ],
    ['{ result }', { result: { usage: { input_tokens: 3, output_tokens: 4 } } }],
    ['{ completion }', { completion: { usage: { prompt_tokens: 3, completion_tokens: 4 } } }],
    ['Cohere 1, the last event', { response: { meta: { billed_units: { input_tokens: 3, output_tokens: 4 } } } }],
    ['OpenAI in camelCase, bare', { promptTokens: 3, completionTokens: 4 }],
    ['Anthropic, bare', { input_tokens: 3, output_tokens: 4 }],
    ['the AI SDK, bare', { inputTokens: 3, outputTokens: 4 }],
    ['Gemini, bare', { promptTokenCount: 3, candidatesTokenCount: 4 }],
    ['Gemini in snake_case, bare', { prompt_token_count: 3, candidates_token_count: 4 }],
    ['an interaction of Gemini, bare', { total_input_tokens: 3, total_output_tokens: 4 }],
    ['an interaction of Gemini in camelCase, bare', { totalInputTokens: 3, totalOutputTokens: 4 }],
    ['Cohere, bare', { billed_units: { input_tokens: 3, output_tokens: 4 } }],
    ['Cohere in camelCase, bare', { billedUnits: { inputTokens: 3, outputTokens: 4 } }],
    ['OpenInference', { 'llm.token_count.prompt': 3, 'llm.token_count.completion': 4 }],
    ['an older GenAI registry', { 'gen_ai.usage.prompt_tokens': 3, 'gen_ai.usage.completion_tokens': 4 }],
    ['Nova in bytes', { chunk: { bytes: bytes({ metadata: { usage: { inputTokens: 3, outputTokens: 4 } } }) } }],
    ['Llama in bytes', { body: bytes({ prompt_token_count: 3, generation_token_count: 4 }) }],
    ['Titan in bytes', { body: bytes({ inputTextTokenCount: 3, totalOutputTextTokenCount: 4 }) }],
    [
      'Bedrock metrics in bytes',
      { chunk: { bytes: bytes({ 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3, outputTokenCount: 4 } }) } },
    ],
  ])('reads %s', (_what, result) => {
    expect(readTokenUsage(result)).toStrictEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
  });

  it.each([
    [{ eval_count: 4 }, { inputTokens: 0, outputTokens: 4, totalTokens: 4 }],
    [{ prompt_eval_count: 4 }, { inputTokens: 4, outputTokens: 0, totalTokens: 4 }],
    [{ 'gen_ai.usage.output_tokens': 4 }, { inputTokens: 0, outputTokens: 4, totalTokens: 4 }],
    [{ 'gen_ai.usage.input_tokens': 4 }, { inputTokens: 4, outputTokens: 0, totalTokens: 4 }],
    [{ 'llm.token_count.total': 4 }, { inputTokens: 0, outputTokens: 0, totalTokens: 4 }],
    [{ usage: { inputTokens: 4 } }, { inputTokens: 4, outputTokens: 0, totalTokens: 4 }],
    [{ usage: { outputTokens: 4, totalTokens: 9 } }, { inputTokens: 0, outputTokens: 4, totalTokens: 9 }],
    [{ usage: { input_tokens: 4 } }, { inputTokens: 4, outputTokens: 0, totalTokens: 4 }],
  ])('reads one count out of %j', (result, expected) => {
    expect(readTokenUsage(result)).toStrictEqual(expected);
  });

  it.each([
    ['cacheWriteInputTokens', { cacheCreationInputTokens: 5 }],
    ['cacheWriteInputTokenCount', { cacheCreationInputTokens: 5 }],
    ['cacheReadInputTokenCount', { cacheReadInputTokens: 5 }],
  ])('adds %s of Bedrock to the input', (name, cached) => {
    const usage = readTokenUsage({ usage: { inputTokens: 30, outputTokens: 12, totalTokens: 42, [name]: 5 } });

    expect(usage).toStrictEqual({ inputTokens: 35, outputTokens: 12, totalTokens: 47, ...cached });
  });

  it('reads the details of a generation of OpenAI Agents', () => {
    const usage = readTokenUsage({
      usage: {
        input_tokens: 40,
        output_tokens: 9,
        details: {
          total_tokens: 50,
          input_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
          output_tokens_details: { reasoning_tokens: 3 },
        },
      },
    });

    expect(usage).toStrictEqual({
      inputTokens: 40,
      outputTokens: 9,
      totalTokens: 50,
      cacheReadInputTokens: 8,
      cacheCreationInputTokens: 4,
      reasoningTokens: 3,
    });
  });

  it('reads the reasoning that LangChain reports without cached tokens', () => {
    const usage = readTokenUsage({
      usage: { input_tokens: 40, output_tokens: 9, total_tokens: 49, output_token_details: { reasoning: 3 } },
    });

    expect(usage).toStrictEqual({ inputTokens: 40, outputTokens: 9, totalTokens: 49, reasoningTokens: 3 });
  });

  it('adds the cached tokens in the metrics of Bedrock', () => {
    const usage = readTokenUsage({
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: 9,
        outputTokenCount: 2,
        cacheReadInputTokenCount: 4,
        cacheWriteInputTokenCount: 3,
      },
    });

    expect(usage).toStrictEqual({
      inputTokens: 16,
      outputTokens: 2,
      totalTokens: 18,
      cacheReadInputTokens: 4,
      cacheCreationInputTokens: 3,
    });
  });

  it('reads an interaction of Gemini in camelCase', () => {
    const usage = readTokenUsage({
      usage: {
        totalInputTokens: 8,
        totalOutputTokens: 4,
        totalTokens: 15,
        totalCachedTokens: 2,
        totalThoughtTokens: 3,
      },
    });

    expect(usage).toStrictEqual({
      inputTokens: 8,
      outputTokens: 4,
      totalTokens: 15,
      cacheReadInputTokens: 2,
      reasoningTokens: 3,
    });
  });
});

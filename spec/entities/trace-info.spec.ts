import { describe, expect, it } from 'vitest';
import { tokenUsageFromJson, tokenUsageToJson } from '../../lib/entities/token-usage-json.js';
import { Trace } from '../../lib/entities/trace.js';
import { aTrace, aTraceId, aUsage } from '../support/traces.js';

describe('a preview', () => {
  it.each([
    ['of 1000 characters is whole', 'x'.repeat(1000), 'x'.repeat(1000)],
    ['of more is cut to 1000', 'x'.repeat(1001), `${'x'.repeat(997)}...`],
    ['of 1000 characters beyond the BMP is whole', '🧮'.repeat(1000), '🧮'.repeat(1000)],
    ['of more such characters is cut to 1000 of them', '🧮'.repeat(1001), `${'🧮'.repeat(997)}...`],
    [
      'of a mixture counts code points',
      `${'x'.repeat(500)}${'🧮'.repeat(500)}`,
      `${'x'.repeat(500)}${'🧮'.repeat(500)}`,
    ],
    ['never splits a character', `${'x'.repeat(996)}${'🧮'.repeat(1000)}`, `${'x'.repeat(996)}🧮...`],
    ['of a long text is cut, too', 'x'.repeat(1_000_000), `${'x'.repeat(997)}...`],
  ])('%s', (_title, text, expected) => {
    const json = { info: { trace_id: aTraceId, request_preview: text, response_preview: text }, data: { spans: [] } };

    const { info } = Trace.fromJSON(json);

    expect(info.requestPreview).toBe(expected);
    expect(info.responsePreview).toBe(expected);
  });

  it("is the root's inputs and outputs as JSON", () => {
    const { info } = aTrace({ spans: [{ inputs: { a: 1 }, outputs: [2] }, { inputs: 'other' }] });

    expect([info.requestPreview, info.responsePreview]).toEqual(['{"a":1}', '[2]']);
  });
});

describe('the token usage of a trace', () => {
  const full = {
    ...aUsage(10, 5),
    cacheReadInputTokens: 4,
    cacheCreationInputTokens: 3,
    cacheCreationInputTokensAbove1hr: 2,
    reasoningTokens: 1,
  };

  it('is read with all its counts', () => {
    expect(aTrace({ usage: full }).info.tokenUsage).toEqual(full);
    expect(aTrace({ spans: [{ usage: full }] }).data.spans[0]?.tokenUsage).toEqual(full);
  });

  it('is written under the keys that MLflow knows', () => {
    expect(JSON.parse(tokenUsageToJson(full))).toEqual({
      input_tokens: 10,
      output_tokens: 5,
      total_tokens: 15,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 3,
      cache_creation_input_tokens_above_1hr: 2,
    });
  });

  it.each([
    [{ input_tokens: 3 }, aUsage(3, 0)],
    [{ output_tokens: 3 }, aUsage(0, 3)],
    [{ total_tokens: 3 }, { inputTokens: 0, outputTokens: 0, totalTokens: 3 }],
    [{ input_tokens: 3, output_tokens: 'many', total_tokens: -1 }, aUsage(3, 0)],
    [{ input_tokens: 0, output_tokens: 0, total_tokens: 0 }, aUsage(0, 0)],
    [{ input_tokens: 1.5 }, undefined],
    [{ input_tokens: 2 ** 60 }, undefined],
    [{}, undefined],
    [[], undefined],
    [null, undefined],
    ['text', undefined],
  ])('of %j is %j', (json, expected) => {
    expect(tokenUsageFromJson(json)).toEqual(expected);
  });

  it('is nothing where the metadata is no JSON', () => {
    expect(aTrace({ metadata: { 'mlflow.trace.tokenUsage': 'many' } }).info.tokenUsage).toBeUndefined();
  });
});

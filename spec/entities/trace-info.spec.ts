import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../lib/entities/token-usage.js';
import { Trace } from '../../lib/entities/trace.js';
import { TraceInfo } from '../../lib/entities/trace-info.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { aTrace, aUsage } from '../support/traces.js';

it('tells no cost where there is none', () => {
  expect(aTrace().info.cost).toBeUndefined();
});

describe('the previews of a trace', () => {
  it.each([
    ['is missing where there was nothing', undefined, undefined],
    ['is a short text as it is', 'short', 'short'],
    ['is a text of 1000 characters as it is', 'x'.repeat(1000), 'x'.repeat(1000)],
    ['is cut to 1000 characters', 'x'.repeat(1001), `${'x'.repeat(997)}...`],
    ['counts code points, not units', '🧮'.repeat(1000), '🧮'.repeat(1000)],
    ['never cuts a character in two', '🧮'.repeat(1001), `${'🧮'.repeat(997)}...`],
    ['never cuts a character in two at an odd place', `x${'🧮'.repeat(1000)}`, `x${'🧮'.repeat(996)}...`],
    ['takes a text of any length', 'x'.repeat(10_000_000), `${'x'.repeat(997)}...`],
  ])('%s', (_sentence, text, preview) => {
    const info = anInfo(text);

    expect([info.requestPreview, info.responsePreview]).toEqual([preview, preview]);
    expect([info.toJSON()['request_preview'], info.toJSON()['response_preview']]).toEqual([preview, preview]);
  });

  it('are the same when they were written and read', () => {
    const trace = aTrace({ spans: [{ inputs: '🧮'.repeat(2000), outputs: ['x'.repeat(2000)] }] });

    const { info } = Trace.fromJSON(traceToLine(trace));

    expect([info.requestPreview, info.responsePreview]).toEqual([
      trace.info.requestPreview,
      trace.info.responsePreview,
    ]);
    expect([...(info.requestPreview ?? '')]).toHaveLength(1000);
  });
});

describe('the facts of a trace', () => {
  it('are found in its tags and metadata', () => {
    const { info } = aTrace({ name: 'sums', session: 'conversation 1', user: 'Ann' });

    expect([info.name, info.session, info.user]).toEqual(['sums', 'conversation 1', 'Ann']);
  });

  it('are undefined where nobody said', () => {
    const info = new TraceInfo();

    expect([info.name, info.session, info.user, info.tokenUsage, info.state]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'STATE_UNSPECIFIED',
    ]);
  });

  it('hold the tokens, with those of reasoning beside MLflow’s', () => {
    const { info } = aTrace({ usage: { ...aUsage(12, 8), reasoningTokens: 5 } });

    expect(info.tokenUsage).toEqual({ inputTokens: 12, outputTokens: 8, totalTokens: 20, reasoningTokens: 5 });
    expect(info.metadata['mlflow.trace.tokenUsage']).toBe('{"input_tokens":12,"output_tokens":8,"total_tokens":20}');
  });

  it('hold each count of the tokens under MLflow’s name', () => {
    const usage: TokenUsage = {
      ...aUsage(12, 8),
      cacheReadInputTokens: 3,
      cacheCreationInputTokens: 5,
      cacheCreationInputTokensAbove1hr: 2,
    };

    const { info } = aTrace({ usage });

    expect(info.tokenUsage).toEqual(usage);
    expect(info.metadata['mlflow.trace.tokenUsage']).toBe(
      '{"input_tokens":12,"output_tokens":8,"total_tokens":20,"cache_read_input_tokens":3,"cache_creation_input_tokens":5,' +
        '"cache_creation_input_tokens_above_1hr":2}',
    );
  });

  it.each([
    ['no JSON', undefined],
    ['[]', undefined],
    ['{}', undefined],
    ['{"cache_read_input_tokens": 3}', undefined],
    ['{"input_tokens": -1, "output_tokens": 1.5, "total_tokens": "3"}', undefined],
    ['{"input_tokens": 1e308}', undefined],
    ['{"input_tokens": 7}', { inputTokens: 7, outputTokens: 0, totalTokens: 7 }],
    ['{"total_tokens": 7}', { inputTokens: 0, outputTokens: 0, totalTokens: 7 }],
    [
      '{"input_tokens": 1, "output_tokens": 2, "total_tokens": 9, "cache_read_input_tokens": null, "cache_creation_input_tokens": 0, "cache_creation_input_tokens_above_1hr": 0}',
      {
        inputTokens: 1,
        outputTokens: 2,
        totalTokens: 9,
        cacheCreationInputTokens: 0,
        cacheCreationInputTokensAbove1hr: 0,
      },
    ],
  ])('take %s for tokens as %j', (text, usage) => {
    const { info } = aTrace({ metadata: { 'mlflow.trace.tokenUsage': text } });

    expect(info.tokenUsage).toEqual(usage);
  });
});

function anInfo(text: string | undefined): TraceInfo {
  return new TraceInfo({
    traceId: 'tr-1',
    state: 'OK',
    requestTimeMs: 0,
    executionDurationMs: 1,
    requestText: text,
    responseText: text,
    tags: {},
    metadata: {},
  });
}

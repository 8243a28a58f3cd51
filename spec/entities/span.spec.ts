import { describe, expect, it } from 'vitest';
import { Span } from '../../lib/entities/span.js';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { aSpan, aTrace, aUsage } from '../support/traces.js';

const times = { startTimeNs: 5n, endTimeNs: '7' } as const;

describe('Span', () => {
  it('tells its type, inputs, outputs and tokens out of its attributes', () => {
    const span = aSpan({ type: 'LLM', inputs: { a: [1, null] }, outputs: 'two', usage: aUsage(3, 4) });

    expect([span.type, span.inputs, span.outputs, span.tokenUsage]).toEqual([
      'LLM',
      { a: [1, null] },
      'two',
      { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
    ]);
  });

  it('tells nothing where there is nothing', () => {
    const span = new Span();

    expect([span.type, span.inputs, span.outputs, span.tokenUsage, span.status, span.attributes]).toEqual([
      'UNKNOWN',
      undefined,
      undefined,
      undefined,
      { code: 'UNSET', message: '' },
      {},
    ]);
  });

  it.each([
    [
      { input_cost: 1, output_cost: 2, total_cost: 4 },
      { inputCost: 1, outputCost: 2, totalCost: 4 },
    ],
    [
      { input_cost: 1, output_cost: 2 },
      { inputCost: 1, outputCost: 2, totalCost: 3 },
    ],
    [{ total_cost: 4 }, { inputCost: 0, outputCost: 0, totalCost: 4 }],
    [{ input_cost: 'free', total_cost: -1 }, undefined],
    ['dear', undefined],
  ])('tells what it cost: %o', (json, cost) => {
    expect(aSpan({ attributes: { 'mlflow.llm.cost': json } }).cost).toEqual(cost);
    expect(aTrace({ metadata: { 'mlflow.trace.cost': JSON.stringify(json) } }).info.cost).toEqual(cost);
  });

  it('tells null apart from nothing', () => {
    const span = aSpan({ inputs: null });

    expect([span.inputs, span.outputs]).toEqual([null, undefined]);
  });

  it('parses an attribute once', () => {
    const span = aSpan({ inputs: { a: 1 } });

    expect(span.inputs).toBe(span.inputs);
    expect(span.getAttribute('mlflow.spanInputs')).toBe(span.inputs);
  });

  it('gives tokens in MLflow’s words to those who ask for MLflow’s attribute', () => {
    const span = aSpan({ usage: { ...aUsage(24, 3), cacheReadInputTokens: 8, reasoningTokens: 2 } });

    expect(span.getAttribute('mlflow.chat.tokenUsage')).toEqual({
      input_tokens: 24,
      output_tokens: 3,
      total_tokens: 27,
      cache_read_input_tokens: 8,
    });
    expect(span.tokenUsage?.reasoningTokens).toBe(2);
  });

  it('gives an attribute that is no JSON as its text', () => {
    const span = new Span({ ...aSpan(), ...times, attributeTexts: { note: 'no JSON', open: '{' } });

    expect(span.attributes).toEqual({ note: 'no JSON', open: '{' });
  });

  it('takes a type that is no text as unknown', () => {
    const span = new Span({ ...aSpan(), ...times, attributeTexts: { 'mlflow.spanType': '5' } });

    expect(span.type).toBe('UNKNOWN');
  });
});

describe('SpanEvent', () => {
  it('is an event without a name where nothing is said', () => {
    const event = new SpanEvent();

    expect(event.toJSON()).toEqual({ name: '', time_unix_nano: '0', attributes: {} });
  });
});

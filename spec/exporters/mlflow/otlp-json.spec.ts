import { describe, expect, it } from 'vitest';
import { SpanEvent } from '../../../lib/entities/span-event.js';
import { Trace } from '../../../lib/entities/trace.js';
import { isCarrier, otlpJson } from '../../../lib/exporters/mlflow/otlp-json.js';
import { aTrace, type TraceParts } from '../../support/traces.js';

interface OtlpSpan {
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
  readonly [key: string]: unknown;
}

function spansOf(parts: TraceParts): readonly OtlpSpan[] {
  const { resourceSpans } = JSON.parse(otlpJson([aTrace(parts)])) as {
    resourceSpans: [{ scopeSpans: [{ spans: OtlpSpan[] }] }];
  };
  return resourceSpans[0].scopeSpans[0].spans;
}

function valueOf(value: unknown): unknown {
  const [span] = spansOf({ spans: [{ attributes: { it: value } }] });
  return span?.attributes.find(({ key }) => key === 'it')?.value;
}

describe('a trace as OTLP', () => {
  it.each([
    ['a text', 'plain', { stringValue: 'plain' }],
    ['a text that reads as JSON', ' [1]', { stringValue: '" [1]"' }],
    ['an object', { a: [1] }, { stringValue: '{"a":[1]}' }],
    ['a list', [1, null], { stringValue: '[1,null]' }],
    ['true', true, { boolValue: true }],
    ['false', false, { boolValue: false }],
    ['null', null, {}],
    ['a whole number', -12, { intValue: '-12' }],
    ['a number beyond 64 bits', 1e21, { doubleValue: 1e21 }],
    ['a fraction', 0.5, { doubleValue: 0.5 }],
  ])('has %s as the server stores it', (_what, value, expected) => {
    expect(valueOf(value)).toEqual(expected);
  });

  it('has times and ids as texts, status and parent', () => {
    const spans = spansOf({
      spans: [
        { name: 'a', durationMs: 2 },
        { name: 'b', parent: 1, error: 'no' },
      ],
    });

    expect(spans[0]).toMatchObject({
      traceId: '64c396518d978f50bf6ba65358847de2',
      spanId: '0000000000000001',
      name: 'a',
      startTimeUnixNano: '1767323045000000000',
      endTimeUnixNano: '1767323045002000000',
      status: { code: 1, message: '' },
    });
    expect(spans[0]).not.toHaveProperty('parentSpanId');
    expect(spans[1]).toMatchObject({ parentSpanId: '0000000000000001', status: { code: 2, message: 'no' } });
  });

  it('carries name, tags, session and user on its root, and none of a server', () => {
    const [root, child] = spansOf({
      name: 'mine',
      session: 's',
      user: 'u',
      tags: { env: 'dev', 'mlflow.note': 'n', 'mlflow.artifactLocation': 'elsewhere' },
      spans: [{}, { parent: 1 }],
    });

    const carried = (span: OtlpSpan | undefined) => span?.attributes.filter(({ key }) => isCarrier(key));
    expect(carried(root)).toEqual([
      { key: 'mlflow.traceTag.env', value: { stringValue: 'dev' } },
      { key: 'mlflow.traceTag.mlflow.note', value: { stringValue: 'n' } },
      { key: 'mlflow.traceTag.mlflow.traceName', value: { stringValue: 'mine' } },
      { key: 'session.id', value: { stringValue: 's' } },
      { key: 'user.id', value: { stringValue: 'u' } },
    ]);
    expect(carried(child)).toEqual([]);
  });

  it('is whole where its root carries nothing of it', () => {
    const json = JSON.parse(JSON.stringify(aTrace({ spans: [{ attributes: { it: 5 } }] })));

    const body = otlpJson([Trace.fromJSON({ ...json, info: { ...json.info, tags: {} } })]);

    expect(JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0].attributes).toContainEqual({
      key: 'it',
      value: { intValue: '5' },
    });
  });

  it('has events and links with values of their own kinds', () => {
    const attributes = { text: 'a', yes: true, count: 3, part: 0.5, odd: Number.NaN, list: ['a', 'b'] };
    const link = { traceId: `tr-${'a'.repeat(32)}`, spanId: 'b'.repeat(16), attributes: { why: 'x' } };
    const [span] = spansOf({ spans: [{ events: [new SpanEvent('hey', 5n, attributes)], links: [link] }] });

    expect(span?.['events']).toEqual([
      {
        name: 'hey',
        timeUnixNano: '5',
        attributes: [
          { key: 'text', value: { stringValue: 'a' } },
          { key: 'yes', value: { boolValue: true } },
          { key: 'count', value: { intValue: '3' } },
          { key: 'part', value: { doubleValue: 0.5 } },
          { key: 'odd', value: { doubleValue: 'NaN' } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
        ],
      },
    ]);
    expect(span?.['links']).toEqual([
      {
        traceId: 'qqqqqqqqqqqqqqqqqqqqqg==',
        spanId: 'u7u7u7u7u7s=',
        attributes: [{ key: 'why', value: { stringValue: 'x' } }],
      },
    ]);
  });

  it('holds no text that a server would refuse', () => {
    expect(otlpJson([aTrace({ name: '\ud800', spans: [{ name: '\udc00' }] })])).not.toMatch(/\\ud[89a-f]/i);
  });
});

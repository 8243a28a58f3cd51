import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Span } from '../../lib/entities/span.js';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { Trace } from '../../lib/entities/trace.js';
import { TraceData } from '../../lib/entities/trace-data.js';
import { TraceInfo } from '../../lib/entities/trace-info.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { TraceFormatError } from '../../lib/errors.js';
import { aTrace, aTraceId, aUsage } from '../support/traces.js';

const spanId = 'AAAAAAAAAAE=';

describe('Trace.fromJSON', () => {
  it.each([
    ['', 'Not JSON: SyntaxError: Unexpected end of JSON input.'],
    ['null', 'the top is no object'],
    ['[]', 'the top is no object'],
    ['{}', "'info' is no object"],
    ['{"info":5}', "'info' is no object"],
    ['{"info":{}}', "'info.trace_id' is no string"],
    ['{"info":{"trace_id":"tr-1","request_time":"soon"}}', "'info.request_time' is no time"],
    ['{"info":{"trace_id":"tr-1"}}', "'data' is no object"],
    ['{"info":{"trace_id":"tr-1"},"data":{"spans":{}}}', "'data.spans' is no array"],
    ['{"info":{"trace_id":"tr-1"},"data":{"spans":[null]}}', "'data.spans[0].span_id' is no id of a span"],
    [`{"info":{"trace_id":"tr-1"},"data":{"spans":[{"span_id":"${spanId}"},{}]}}`, "'data.spans[1].span_id' is no id"],
    ['{"info":{"trace_id":"tr-1"},"data":{"spans":[{"span_id":"%"}]}}', "'data.spans[0].span_id' is no id of a span"],
    [withSpan({ start_time_unix_nano: 'soon' }), 'SyntaxError: Cannot convert soon to a BigInt'],
    [withSpan({ start_time_unix_nano: 1.5 }), 'RangeError: The number 1.5 cannot be converted to a BigInt'],
  ])('refuses %s', (json, message) => {
    const error = errorOf(() => Trace.fromJSON(json));

    expect(error).toBeInstanceOf(TraceFormatError);
    expect(String(error)).toContain(message);
  });

  it('has a default for all that may be missing', () => {
    const trace = Trace.fromJSON({ info: { trace_id: aTraceId }, data: { spans: [{ span_id: spanId }] } });

    expect(trace.info).toMatchObject({
      traceId: aTraceId,
      state: 'STATE_UNSPECIFIED',
      requestTime: new Date(0),
      executionDurationMs: 0,
      tags: {},
      metadata: {},
    });
    expect([trace.info.requestPreview, trace.info.responsePreview, trace.info.tokenUsage]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([trace.info.name, trace.info.session, trace.info.user]).toEqual([undefined, undefined, undefined]);
    expect(trace.data.spans[0]).toMatchObject({
      spanId: '0000000000000001',
      parentId: undefined,
      name: '',
      type: 'UNKNOWN',
      status: { code: 'UNSET', message: '' },
      startTimeNs: 0n,
      endTimeNs: 0n,
      inputs: undefined,
      outputs: undefined,
      events: [],
      links: [],
      attributes: {},
    });
    expect(trace.data.spans[0]?.tokenUsage).toBeUndefined();
  });

  it.each([
    ['a preview', { info: { request_preview: null, response_preview: 5 } }],
    ['a duration', { info: { execution_duration_ms: 'long' } }],
    ['tags', { info: { tags: null, trace_metadata: ['a'] } }],
    ['a location', { info: { trace_location: null } }],
    ['a name', { span: { name: null } }],
    ['a status', { span: { status: 'fine' } }],
    ['events', { span: { events: null } }],
    ['an event', { span: { events: [null, 5, 'x', {}] } }],
    ['attributes of an event', { span: { events: [{ attributes: null }] } }],
    ['links', { span: { links: 5 } }],
    ['a link', { span: { links: [null, 5, {}] } }],
    ['attributes', { span: { attributes: null } }],
    ['an attribute', { span: { attributes: { a: null, b: 5, c: { d: 1 } } } }],
    ['a parent', { span: { parent_span_id: 'nobody' } }],
    ['ids of a trace', { span: { trace_id: 5 } }],
  ])('reads around odd %s, and what it read can be written', (_title, { info = {}, span = {} }: OddParts) => {
    const json = { info: { trace_id: aTraceId, ...info }, data: { spans: [{ span_id: spanId, ...span }] } };

    const trace = Trace.fromJSON(json);

    const line = traceToLine(trace);
    expect(traceToLine(Trace.fromJSON(line))).toBe(line);
    expect(traceToLine(Trace.fromJSON(trace.toJSON()))).toBe(line);
    expect([trace.info.requestPreview, trace.info.responsePreview]).toEqual([undefined, undefined]);
  });

  it('never throws anything else, whatever the JSON', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const key = fc.constantFrom(
      ...['name', 'events', 'links', 'attributes', 'status', 'trace_id', 'parent_span_id', 'end_time_unix_nano'],
    );
    const infoKey = fc.constantFrom(
      'state',
      'tags',
      'trace_metadata',
      'trace_location',
      'request_preview',
      'request_time',
    );

    fc.assert(
      fc.property(fc.dictionary(infoKey, json), fc.dictionary(key, json), (info, span) => {
        try {
          const trace = Trace.fromJSON({
            info: { ...info, trace_id: aTraceId },
            data: { spans: [{ ...span, span_id: spanId }] },
          });
          traceToLine(trace);
          JSON.stringify(trace);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceFormatError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('gives keys of prototypes no power', () => {
    const line = traceToLine(aTrace())
      .replace('"tags":{', '"__proto__":{"state":"ERROR"},"tags":{"__proto__":"a","constructor":"b",')
      .replace('"attributes":{', '"attributes":{"__proto__":"{\\"c\\":1}",');

    const trace = Trace.fromJSON(line);

    expect(Object.getPrototypeOf(trace)).toBe(Trace.prototype);
    expect(({} as { state?: unknown }).state).toBeUndefined();
    expect(Object.entries(trace.info.tags)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['mlflow.traceName', 'span 1'],
    ]);
    expect(trace.data.spans[0]?.getAttribute('__proto__')).toEqual({ c: 1 });
    expect(Object.keys(trace.data.spans[0]?.attributes ?? {})).toContain('__proto__');
    expect(trace.data.spans[0]?.getAttribute('constructor')).toBeUndefined();
  });

  it('keeps every digit of the nanoseconds in a text', () => {
    const line = traceToLine(aTrace()).replace(
      /"(start|end)_time_unix_nano":\d+/g,
      '"$1_time_unix_nano" : 1767323045123456789',
    );

    const [span] = Trace.fromJSON(line).data.spans;

    expect([span?.startTimeNs, span?.endTimeNs]).toEqual([1767323045123456789n, 1767323045123456789n]);
  });

  it('leaves alone what only looks like nanoseconds', () => {
    const inputs = { text: '"start_time_unix_nano":1767323045123456789', time_unix_nano: 5 };
    const events = [new SpanEvent('tick', 1n, { time_unix_nano: 123456789012345.5, part: 0.5 })];
    const trace = aTrace({ spans: [{ inputs, events }] });

    expect(Trace.fromJSON(traceToLine(trace)).data.spans[0]).toMatchObject({
      inputs,
      events: [{ attributes: { time_unix_nano: 123456789012345.5 } }],
    });
  });

  it('does not touch or keep the object it is given', () => {
    const json = JSON.parse(JSON.stringify(aTrace({ spans: [{ events: [new SpanEvent('tick', 1n, { a: ['b'] })] }] })));
    const before = JSON.stringify(json);

    const trace = Trace.fromJSON(json);
    json.data.spans[0].events[0].attributes.a[0] = 'changed';
    json.info.trace_location.type = 'changed';

    expect(JSON.stringify(trace)).toBe(before);
    expect(Object.isFrozen(json.info.trace_location)).toBe(false);
  });
});

describe('a trace that was read', () => {
  it('is frozen through and through', () => {
    const trace = Trace.fromJSON(
      traceToLine(
        aTrace({
          usage: aUsage(1, 2),
          spans: [
            {
              inputs: { deep: [{}] },
              usage: aUsage(1, 2),
              events: [new SpanEvent('tick', 1n, { list: ['a'] })],
              links: [{ traceId: aTraceId, spanId, attributes: { list: ['a'] } }],
            },
          ],
        }),
      ),
    );

    const { info, data } = trace;
    const [span] = data.spans;
    const inputs = span?.inputs as { readonly deep: readonly object[] } | undefined; // as given above
    const parts = [
      ...[trace, info, info.tags, info.metadata, info.location, info.tokenUsage],
      ...[data, data.spans, span, span?.status, span?.attributeTexts, span?.attributes, span?.tokenUsage],
      ...[span?.events, span?.events[0], span?.events[0]?.attributes, span?.events[0]?.attributes['list']],
      ...[span?.links, span?.links[0], span?.links[0]?.attributes, span?.links[0]?.attributes['list']],
      ...[inputs, inputs?.deep, inputs?.deep[0]],
    ];
    expect(parts.map((part) => typeof part === 'object' && Object.isFrozen(part))).toEqual(parts.map(() => true));
  });

  it('keeps its time whatever is done to the date', () => {
    const trace = aTrace({ requestTime: new Date(5000) });

    trace.info.requestTime.setTime(0);

    expect(trace.info.requestTime).toEqual(new Date(5000));
  });
});

describe('a span', () => {
  it('tells null from nothing, and text that is no JSON as it is', () => {
    const [span] = Trace.fromJSON(withSpan({ attributes: { a: 'null', b: 'plain text', c: '5', d: '' } })).data.spans;

    expect(span?.attributes).toEqual({ a: null, b: 'plain text', c: 5, d: '' });
    expect(span?.getAttribute('e')).toBeUndefined();
  });

  it('parses an attribute once', () => {
    const [span] = aTrace({ spans: [{ inputs: { a: 1 } }] }).data.spans;

    expect(span?.inputs).toBe(span?.inputs);
  });

  it('ends where it began when nobody said otherwise', () => {
    const [span] = Trace.fromJSON(withSpan({ start_time_unix_nano: '1767323045123456789' })).data.spans;

    expect(span?.endTimeNs).toBe(1767323045123456789n);
  });

  it('reads ids in base64 and in hex', () => {
    const spans = [spanId, '00000000000000AB'].map((id) => ({ span_id: id, trace_id: aTraceId, parent_span_id: id }));

    const trace = Trace.fromJSON({ info: { trace_id: aTraceId }, data: { spans } });

    expect(trace.data.spans.map((span) => [span.spanId, span.parentId, span.traceId])).toEqual([
      ['0000000000000001', '0000000000000001', aTraceId],
      ['00000000000000ab', '00000000000000ab', aTraceId],
    ]);
  });

  it('is UNKNOWN where its type is no text', () => {
    expect(Trace.fromJSON(withSpan({ attributes: { 'mlflow.spanType': '5' } })).data.spans[0]?.type).toBe('UNKNOWN');
  });
});

describe('entities made of nothing', () => {
  it('are empty', () => {
    expect(traceToLine(new Trace(new TraceInfo(), new TraceData([new Span()])))).toBe(
      '{"info":{"trace_id":"","state":"STATE_UNSPECIFIED","request_time":"1970-01-01T00:00:00.000Z","execution_duration_ms":0,' +
        '"tags":{},"trace_metadata":{},"trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"0"}}},' +
        '"data":{"spans":[{"trace_id":"","span_id":"","parent_span_id":null,"name":"","start_time_unix_nano":0,"end_time_unix_nano":0,' +
        '"status":{"code":"STATUS_CODE_UNSET","message":""},"events":[],"links":[],"attributes":{}}]}}',
    );
    expect({ ...new SpanEvent() }).toEqual({ name: '', timeNs: 0n, attributes: {} });
  });
});

describe('a trace that Python MLflow has written', () => {
  it('is read with its agents, tools and tokens', () => {
    const trace = golden('ag2_tool_error.json');

    expect(trace.info).toMatchObject({
      traceId: 'tr-b1eb3fb46cda748395cee092e5b1fdd6',
      state: 'OK',
      name: 'initiate_chat',
      requestTime: new Date('2026-11-21T02:38:03.250Z'),
      tokenUsage: aUsage(282, 39),
    });
    expect(trace.data.spans.length).toBe(7);
    expect(trace.data.spans.find((span) => span.name === 'calculator')).toMatchObject({
      type: 'TOOL',
      inputs: { a: 7, b: 3, operator: '%' },
    });
  });

  it('is read with its exceptions', () => {
    const trace = golden('manual_agent_error.json');

    expect(trace.info).toMatchObject({ state: 'ERROR', executionDurationMs: 125, responsePreview: undefined });
    expect(trace.data.spans.map(({ name, type, parentId, status }) => ({ name, type, parentId, status }))).toEqual([
      {
        name: 'Assistant',
        type: 'AGENT',
        parentId: undefined,
        status: { code: 'ERROR', message: 'ValueError: Invalid operator' },
      },
      {
        name: 'calculator',
        type: 'TOOL',
        parentId: '755c7e2239e9ab5f',
        status: { code: 'ERROR', message: 'ValueError: Invalid operator' },
      },
    ]);
    expect(trace.data.spans[1]?.events[0]).toMatchObject({
      name: 'exception',
      timeNs: 1795228809551796224n,
      attributes: { 'exception.type': 'ValueError', 'exception.message': 'Invalid operator' },
    });
  });

  it.each(['ag2_tool_error.json', 'manual_agent_error.json'])('is written again with all it held: %s', (file) => {
    const json = JSON.parse(readGolden(file));

    const line = traceToLine(golden(file));

    expect(JSON.parse(line)).toEqual(json);
    expect(traceToLine(Trace.fromJSON(line))).toBe(line);
  });
});

interface OddParts {
  readonly info?: object;
  readonly span?: object;
}

function withSpan(parts: object): string {
  return JSON.stringify({ info: { trace_id: aTraceId }, data: { spans: [{ span_id: spanId, ...parts }] } });
}

function golden(file: string): Trace {
  return Trace.fromJSON(readGolden(file));
}

function readGolden(file: string): string {
  return readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');
}

function errorOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

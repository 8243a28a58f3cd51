import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Trace } from '../../lib/entities/trace.js';
import { TraceFormatError } from '../../lib/errors.js';
import { aTrace, aTraceId } from '../support/traces.js';

describe('Trace.fromJSON', () => {
  it('reads what Python MLflow recorded', () => {
    const trace = readGolden('manual_double_usage');

    expect(trace.info).toMatchObject({
      traceId: 'tr-bf0de6be26a88f2c2fa90a6ed0c5c79f',
      state: 'OK',
      requestTime: new Date('2026-11-21T02:40:26.667Z'),
      executionDurationMs: 66,
      requestPreview: undefined,
      responsePreview: undefined,
      name: 'agent',
      session: undefined,
      user: undefined,
      tokenUsage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
    });
    expect(trace.data.spans.map(factsOf)).toEqual([
      {
        traceId: 'tr-bf0de6be26a88f2c2fa90a6ed0c5c79f',
        spanId: 'f4bf2da558973d7b',
        parentId: undefined,
        name: 'agent',
        type: 'AGENT',
        status: { code: 'OK', message: '' },
        startTimeNs: 1_795_228_826_667_122_291n,
        endTimeNs: 1_795_228_826_733_472_548n,
        inputs: undefined,
        outputs: undefined,
        events: [],
        links: [],
        tokenUsage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
      },
      {
        traceId: 'tr-bf0de6be26a88f2c2fa90a6ed0c5c79f',
        spanId: '9a2df32cb867fed0',
        parentId: 'f4bf2da558973d7b',
        name: 'llm',
        type: 'LLM',
        status: { code: 'OK', message: '' },
        startTimeNs: 1_795_228_826_733_049_558n,
        endTimeNs: 1_795_228_826_733_347_304n,
        inputs: undefined,
        outputs: undefined,
        events: [],
        links: [],
        tokenUsage: { inputTokens: 100, outputTokens: 10, totalTokens: 110, cacheReadInputTokens: 64 },
      },
    ]);
  });

  it('reads an exception that Python recorded', () => {
    const [root] = readGolden('manual_agent_error').data.spans;

    expect(root).toMatchObject({
      inputs: { question: 'What is 7 % 3?' },
      outputs: undefined,
      status: { code: 'ERROR', message: 'ValueError: Invalid operator' },
      events: [
        {
          name: 'exception',
          timeNs: 1_795_228_809_553_481_984n,
          attributes: { 'exception.type': 'ValueError', 'exception.message': 'Invalid operator' },
        },
      ],
    });
  });

  it('reads a conversation of AG2 with its tools and tokens', () => {
    const { info, data } = readGolden('ag2_two_agent');

    expect(info.tokenUsage).toEqual({ inputTokens: 951, outputTokens: 90, totalTokens: 1041 });
    expect(data.spans).toHaveLength(19);
    expect(data.spans.filter(({ type }) => type === 'TOOL').map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [{ a: 230, b: 20, operator: '-' }, '210'],
      [{ a: 13312, b: 210, operator: '/' }, '63'],
      [{ a: 44231, b: 63, operator: '+' }, '44294'],
      [{ a: 44294, b: 4, operator: '*' }, '177176'],
    ]);
  });

  it('takes what is missing as its default', () => {
    const trace = Trace.fromJSON({ info: { trace_id: 'tr-1' }, data: { spans: [{ span_id: '00000000000000ab' }] } });

    expect(trace).toEqual(
      Trace.fromJSON({
        info: {
          trace_id: 'tr-1',
          state: 'STATE_UNSPECIFIED',
          request_time: '1970-01-01T00:00:00.000Z',
          execution_duration_ms: 0,
          tags: {},
          trace_metadata: {},
          trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
        },
        data: {
          spans: [
            {
              span_id: 'AAAAAAAAAKs=',
              parent_span_id: null,
              trace_id: '',
              name: '',
              start_time_unix_nano: '0',
              end_time_unix_nano: '0',
              status: { code: 'STATUS_CODE_UNSET', message: '' },
              events: [],
              links: [],
              attributes: {},
            },
          ],
        },
      }),
    );
  });

  it('takes a span without an end as ending when it began', () => {
    const span = { span_id: '00000000000000ab', start_time_unix_nano: '1795228809428439375', end_time_unix_nano: null };

    const [read] = Trace.fromJSON({ info: { trace_id: 'tr-1' }, data: { spans: [span] } }).data.spans;

    expect(read?.endTimeNs).toBe(1_795_228_809_428_439_375n);
  });

  it('reads attributes that nobody dumped to JSON', () => {
    const attributes = { cost: 0.25, cached: false, text: 'no JSON', list: [1], nothing: null };
    const span = { span_id: '00000000000000ab', attributes };

    const [read] = Trace.fromJSON({ info: { trace_id: 'tr-1' }, data: { spans: [span] } }).data.spans;

    expect(read?.attributes).toEqual(attributes);
  });

  it.each([
    ['', 'Not JSON: SyntaxError'],
    ['{"info":', 'Not JSON: SyntaxError'],
    ['[]', 'the top is no object'],
    ['null', 'the top is no object'],
    [undefined, 'the top is no object'],
    [{}, "'info' is no object"],
    [{ info: [] }, "'info' is no object"],
    [{ info: {} }, "'info.trace_id' is no string"],
    [{ info: { trace_id: 1 } }, "'info.trace_id' is no string"],
    [{ info: { trace_id: 'tr-1', request_time: 'today' } }, "'info.request_time' is no time"],
    [{ info: { trace_id: 'tr-1' } }, "'data' is no object"],
    [{ info: { trace_id: 'tr-1' }, data: {} }, "'data.spans' is no array"],
    [{ info: { trace_id: 'tr-1' }, data: { spans: [null] } }, "'data.spans[0].span_id' is no id of a span"],
    [{ info: { trace_id: 'tr-1' }, data: { spans: [{ span_id: 'x' }] } }, "'data.spans[0].span_id' is no id of a span"],
    [aJsonWith({ start_time_unix_nano: 'soon' }), 'Not a trace'],
    [aJsonWith({ start_time_unix_nano: 1.5 }), 'Not a trace'],
    [aJsonWith({ events: [{ time_unix_nano: {} }] }), 'Not a trace'],
  ])('refuses %j and says why', (json, message) => {
    const read = () => Trace.fromJSON(json);

    expect(read).toThrow(TraceFormatError);
    expect(read).toThrow(message);
  });

  it('leaves the object it reads alone', () => {
    const json = aTrace({ spans: [{ inputs: { a: [1] } }] }).toJSON();
    const before = structuredClone(json);

    Trace.fromJSON(json);

    expect(json).toEqual(before);
    expect(Object.isFrozen(json)).toBe(false);
  });
});

describe('a trace', () => {
  it.each([
    ['made here', aTrace({ spans: [{ inputs: { a: [1] } }] })],
    ['read', Trace.fromJSON(aTrace({ spans: [{ inputs: { a: [1] } }] }).toJSON())],
    ['recorded by Python', readGolden('manual_agent_error')],
  ])('is frozen through and through: %s', (_origin, trace) => {
    const reachable = [
      trace,
      trace.info,
      trace.info.tags,
      trace.info.metadata,
      trace.info.location,
      trace.data,
      trace.data.spans,
      ...trace.data.spans.flatMap((span) => [
        span,
        span.attributeTexts,
        span.attributes,
        span.inputs,
        span.events,
        span.links,
        span.status,
        ...span.events.flatMap((event) => [event, event.attributes]),
      ]),
    ];

    expect(reachable.filter((part) => !Object.isFrozen(part))).toEqual([]);
  });

  it('gives its start as a date of the reader’s own', () => {
    const trace = aTrace({ requestTime: new Date(5) });

    trace.info.requestTime.setTime(0);

    expect(trace.info.requestTime).toEqual(new Date(5));
  });
});

function readGolden(name: string): Trace {
  return Trace.fromJSON(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

function factsOf(span: Trace['data']['spans'][number]): object {
  const { traceId, spanId, parentId, name, type, status, startTimeNs, endTimeNs } = span;
  const { inputs, outputs, events, links, tokenUsage } = span;
  return {
    ...{ traceId, spanId, parentId, name, type, status, startTimeNs, endTimeNs },
    ...{ inputs, outputs, events, links, tokenUsage },
  };
}

function aJsonWith(span: object): unknown {
  return { info: { trace_id: aTraceId }, data: { spans: [{ span_id: '00000000000000ab', ...span }] } };
}

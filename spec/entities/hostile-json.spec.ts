import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { TraceFormatError } from '../../lib/errors.js';
import { aTraceId } from '../support/traces.js';

describe('JSON that means harm', () => {
  it('is refused with a TraceFormatError, or read as a trace that works like any other', () => {
    fc.assert(
      fc.property(almostATrace, (json) => {
        const outcome = readAndUse(json);

        expect(outcome).toMatch(/^(refused|works)$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('reaches both ends of the property above', () => {
    const outcomes = new Set(fc.sample(almostATrace, { numRuns: 1000, seed: 1 }).map(readAndUse));

    expect(outcomes).toEqual(new Set(['refused', 'works']));
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON'])(
    'keeps the key %s as data wherever keys are free',
    (key) => {
      const record = `{"${key}":"kept"}`;
      const json =
        `{"info":{"trace_id":"${aTraceId}","tags":${record},"trace_metadata":${record},"trace_location":${record}},` +
        `"data":{"spans":[{"span_id":"AAAAAAAAAAE=","attributes":${record},` +
        `"events":[{"name":"e","attributes":${record}}],"links":[{"attributes":${record}}]}]}}`;

      const { info, data } = Trace.fromJSON(traceToLine(Trace.fromJSON(json)));

      const [span] = data.spans;
      const records = [info.tags, info.metadata, info.location, span?.attributes, span?.events[0]?.attributes];
      expect([...records, span?.links[0]?.attributes].map((read) => JSON.stringify(read))).toEqual(
        Array.from({ length: 6 }, () => record),
      );
      expect(span?.getAttribute(key)).toBe('kept');
      expect({}).not.toHaveProperty('kept');
    },
  );

  it.each([
    ['\u001b]8;;https://example.org\u0007 no JSON', 'Not JSON: '],
    [aJsonOfTime('\u001b[31m'), "Not a trace in MLflow's trace JSON: "],
    [aJsonOfTime('x'.repeat(1_000_000)), "Not a trace in MLflow's trace JSON: "],
  ])('is quoted in a short error that cannot steer a terminal', (json, start) => {
    const { message } = refusalOf(json);

    expect(message).toMatch(/^[ -~…]+$/);
    expect([message.startsWith(start), message.length < 300]).toEqual([true, true]);
  });

  it('finds no attributes that an object inherits', () => {
    const json = { info: { trace_id: aTraceId }, data: { spans: [{ span_id: 'AAAAAAAAAAE=' }] } };

    const { info, data } = Trace.fromJSON(json);

    expect([info.name, data.spans[0]?.getAttribute('constructor'), data.spans[0]?.getAttribute('__proto__')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(['tags', 'trace_location'])('is refused, or read, when info.%s is 100 000 levels deep', (place) => {
    const depth = 100_000;
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const json = `{"info":{"trace_id":"${aTraceId}","${place}":${deep}},"data":{"spans":[]}}`;

    const outcome = readAndUse(json);

    expect(outcome).toMatch(/^(refused|works)$/);
  });

  it('is read with a list of a million values among the inputs', () => {
    const inputs = JSON.stringify(JSON.stringify(Array.from({ length: 1_000_000 }, (_, index) => index)));
    const json = `{"info":{"trace_id":"${aTraceId}"},"data":{"spans":[{"span_id":"AAAAAAAAAAE=","attributes":{"mlflow.spanInputs":${inputs}}}]}}`;

    const [span] = Trace.fromJSON(json).data.spans;

    expect(span?.inputs).toHaveLength(1_000_000);
  });
});

function aJsonOfTime(time: string): unknown {
  return { info: { trace_id: aTraceId }, data: { spans: [{ span_id: 'AAAAAAAAAAE=', start_time_unix_nano: time }] } };
}

function refusalOf(json: unknown): Error {
  try {
    Trace.fromJSON(json);
  } catch (error) {
    return error as Error; // Trace.fromJSON throws no others
  }
  throw new Error('It was read.');
}

/** Reads it, looks at everything, and writes it again. */
function readAndUse(json: unknown): string {
  let trace: Trace;
  try {
    trace = Trace.fromJSON(json);
  } catch (error) {
    return error instanceof TraceFormatError ? 'refused' : String(error);
  }
  const { info, data } = trace;
  const seen = [info.requestTime, info.requestPreview, info.responsePreview, info.name, info.session, info.user];
  for (const span of data.spans)
    seen.push(span.type, JSON.stringify(span.attributes), span.tokenUsage?.inputTokens.toFixed());
  const again = Trace.fromJSON(traceToLine(trace));
  const isSame = JSON.stringify(again) === JSON.stringify(trace) && traceToLine(again) === traceToLine(trace);
  return isSame && seen.length > 0 ? 'works' : 'changes on its way';
}

const anything = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>('__proto__', -1, 1e308, 2 ** 53, '', 'tr-', '0x10', '9'.repeat(40), {}, []),
  },
);

/** The value that belongs there, and now and then another, or none. */
function mostly<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 40, arbitrary },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const text = fc.string();
const record = fc.dictionary(text, anything, { maxKeys: 3 });
const time = fc.constantFrom<unknown>('1795228809428439375', 1_795_228_809_428, 0, null, '-5');
const spanId = fc.constantFrom('AAAAAAAAAAE=', '00000000000000ab', '0x00000000000000ab');
const event = fc.record({ name: mostly(text), time_unix_nano: mostly(time), attributes: mostly(record) });
const link = fc.record({ trace_id: mostly(text), span_id: mostly(text), attributes: mostly(record) });
const span = fc.record({
  trace_id: mostly(fc.constantFrom('ZMOWUY2Xj1C/a6ZTWIR94g==', aTraceId, 'short')),
  span_id: mostly(spanId),
  parent_span_id: mostly(fc.option(spanId)),
  name: mostly(text),
  start_time_unix_nano: mostly(time),
  end_time_unix_nano: mostly(time),
  status: mostly(fc.record({ code: mostly(fc.constantFrom('STATUS_CODE_OK', 'ERROR')), message: mostly(text) })),
  events: mostly(fc.array(mostly(event), { maxLength: 2 })),
  links: mostly(fc.array(mostly(link), { maxLength: 2 })),
  attributes: mostly(
    fc.record({
      'mlflow.spanType': mostly(fc.constant('"LLM"')),
      'mlflow.spanInputs': mostly(text),
      'mlflow.chat.tokenUsage': mostly(
        fc.constantFrom('{"input_tokens":1}', '{"total_tokens":-1}', '[]', '{"input_tokens":"1"}'),
      ),
    }),
  ),
});
const almostATrace = mostly(
  fc.record({
    info: mostly(
      fc.record({
        trace_id: mostly(fc.constant(aTraceId)),
        state: mostly(fc.constantFrom('OK', 'ERROR', 'IN_PROGRESS')),
        request_time: mostly(fc.constantFrom<unknown>('2026-11-21T02:40:09.428Z', 5, null)),
        execution_duration_ms: mostly(fc.nat()),
        request_preview: mostly(text),
        response_preview: mostly(text),
        tags: mostly(record),
        trace_metadata: mostly(record),
        trace_location: mostly(record),
      }),
    ),
    data: mostly(fc.record({ spans: mostly(fc.array(mostly(span), { maxLength: 3 })) })),
  }),
);

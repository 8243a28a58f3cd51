import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { aTrace } from '../support/traces.js';
import { generatedTraces } from './generated-traces.js';

const bareNanoseconds = /"((?:start_|end_)?time_unix_nano)":"(\d+)"/g;

describe('any trace', () => {
  it('comes back from its line as it was', () => {
    fc.assert(
      fc.property(generatedTraces, (trace) => {
        const line = traceToLine(trace);
        const back = Trace.fromJSON(line);

        expect(traceToLine(back)).toBe(line);
        expect(outline(back)).toEqual(outline(trace));
      }),
      { numRuns: 300 },
    );
  });

  it('comes back from its object as it was', () => {
    fc.assert(
      fc.property(generatedTraces, (trace) => {
        expect(traceToLine(Trace.fromJSON(trace.toJSON()))).toBe(traceToLine(trace));
        expect(traceToLine(Trace.fromJSON(JSON.stringify(trace)))).toBe(traceToLine(trace));
      }),
      { numRuns: 300 },
    );
  });

  it('says the same in its line and in its object, but for the spelling of nanoseconds', () => {
    fc.assert(
      fc.property(generatedTraces, (trace) => {
        const line = JSON.parse(traceToLine(trace).replace(/_unix_nano":(\d+)/g, '_unix_nano":"$1"'));

        expect(JSON.parse(JSON.stringify(trace))).toEqual(line);
      }),
      { numRuns: 300 },
    );
  });

  it('stays on one line', () => {
    fc.assert(
      fc.property(generatedTraces, (trace) => {
        expect(traceToLine(trace)).not.toMatch(/[\n\r]/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a line', () => {
  it('is what MLflow writes', () => {
    const trace = aTrace({
      session: 'chat 1',
      spans: [
        { name: 'run', inputs: { question: '1 + 1' }, outputs: 2, durationMs: 12.345678 },
        { name: 'add', parent: 1, type: 'TOOL', error: 'RangeError: too large' },
      ],
    });

    const line = traceToLine(trace);

    const [root, child] = [
      '{"trace_id":"ZMOWUY2Xj1C/a6ZTWIR94g==","span_id":"AAAAAAAAAAE=","parent_span_id":null,"name":"run",' +
        '"start_time_unix_nano":1767323045000000000,"end_time_unix_nano":1767323045012345678,' +
        '"status":{"code":"STATUS_CODE_OK","message":""},"events":[],"links":[],' +
        '"attributes":{"mlflow.traceRequestId":"\\"tr-64c396518d978f50bf6ba65358847de2\\"","mlflow.spanType":"\\"AGENT\\"",' +
        '"mlflow.spanInputs":"{\\"question\\":\\"1 + 1\\"}","mlflow.spanOutputs":"2"}}',
      '{"trace_id":"ZMOWUY2Xj1C/a6ZTWIR94g==","span_id":"AAAAAAAAAAI=","parent_span_id":"AAAAAAAAAAE=","name":"add",' +
        '"start_time_unix_nano":1767323045000000000,"end_time_unix_nano":1767323045001000000,' +
        '"status":{"code":"STATUS_CODE_ERROR","message":"RangeError: too large"},"events":[],"links":[],' +
        '"attributes":{"mlflow.traceRequestId":"\\"tr-64c396518d978f50bf6ba65358847de2\\"","mlflow.spanType":"\\"TOOL\\""}}',
    ];
    expect(line).toBe(
      '{"info":{"trace_id":"tr-64c396518d978f50bf6ba65358847de2","state":"OK","request_time":"2026-01-02T03:04:05.000Z",' +
        '"execution_duration_ms":12,"request_preview":"{\\"question\\":\\"1 + 1\\"}","response_preview":"2",' +
        '"tags":{"mlflow.traceName":"run"},' +
        '"trace_metadata":{"mlflow.trace_schema.version":"3","mlflow.trace.session":"chat 1"},' +
        '"trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"0"}}},' +
        `"data":{"spans":[${root},${child}]}}`,
    );
    expect(JSON.stringify(trace).replace(bareNanoseconds, '"$1":$2')).toBe(line);
  });

  it('keeps where a trace of a server belongs', () => {
    const location = { type: 'UC_SCHEMA', uc_schema: { catalog: 'main', constructor: ['own'] } };
    const json = JSON.stringify({ ...aTrace().toJSON(), info: { ...infoOf(aTrace()), trace_location: location } });

    const trace = Trace.fromJSON(json);

    expect(JSON.parse(traceToLine(trace)).info.trace_location).toEqual(location);
    expect(JSON.parse(JSON.stringify(trace)).info.trace_location).toEqual(location);
  });

  it('keeps the trace that a span came from where that is another', () => {
    const trace = aTrace({ spans: [{ traceId: `tr-${'a'.repeat(32)}` }] });

    expect(Trace.fromJSON(traceToLine(trace)).data.spans[0]?.traceId).toBe(`tr-${'a'.repeat(32)}`);
  });
});

function infoOf(trace: Trace): object {
  return trace.toJSON()['info'] as object; // as written by toJSON
}

/** What a reader of a trace sees. */
function outline({ info, data }: Trace): unknown {
  const { traceId, state, requestTime, executionDurationMs, requestPreview, responsePreview } = info;
  const { tags, metadata, name, session, user, tokenUsage } = info;
  return {
    info: { traceId, state, requestTime, executionDurationMs, requestPreview, responsePreview },
    words: { tags, metadata, name, session, user, tokenUsage },
    spans: data.spans.map((span) => ({
      ids: [span.traceId, span.spanId, span.parentId],
      times: [span.startTimeNs, span.endTimeNs],
      words: [span.name, span.type, span.status],
      values: [span.inputs, span.outputs, span.attributes, span.tokenUsage],
      events: span.events.map(({ name, timeNs, attributes }) => [name, timeNs, withoutNegativeZero(attributes)]),
      links: span.links.map((link) => [link.traceId, link.spanId, withoutNegativeZero(link.attributes)]),
    })),
  };
}

/** JSON has none. */
function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

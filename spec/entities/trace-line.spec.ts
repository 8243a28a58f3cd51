import { describe, expect, it } from 'vitest';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { aTrace, aUsage } from '../support/traces.js';

describe('traceToLine', () => {
  it('writes MLflow’s trace JSON, to the letter', () => {
    const trace = aTrace({
      session: 'conversation 1',
      usage: aUsage(3, 4),
      spans: [
        { name: 'run', inputs: { question: '1 + 1' }, outputs: 2 },
        {
          name: 'add',
          type: 'TOOL',
          parent: 1,
          startMs: 0.25,
          error: 'RangeError: "too" large',
          events: [new SpanEvent('exception', 1_767_323_045_000_250_001n, { 'exception.type': 'RangeError' })],
          links: [{ traceId: `tr-${'a'.repeat(32)}`, spanId: 'b'.repeat(16), attributes: { kind: 'follows' } }],
        },
      ],
    });

    const line = traceToLine(trace);

    expect(line).toBe(
      '{"info":{"trace_id":"tr-64c396518d978f50bf6ba65358847de2","state":"OK","request_time":"2026-01-02T03:04:05.000Z",' +
        '"execution_duration_ms":1,"request_preview":"{\\"question\\":\\"1 + 1\\"}","response_preview":"2",' +
        '"tags":{"mlflow.traceName":"run"},"trace_metadata":{"mlflow.trace_schema.version":"3",' +
        '"mlflow.trace.tokenUsage":"{\\"input_tokens\\":3,\\"output_tokens\\":4,\\"total_tokens\\":7}",' +
        '"mlflow.trace.session":"conversation 1"},' +
        '"trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"0"}}},' +
        '"data":{"spans":[{"trace_id":"ZMOWUY2Xj1C/a6ZTWIR94g==","span_id":"AAAAAAAAAAE=","parent_span_id":null,"name":"run",' +
        '"start_time_unix_nano":1767323045000000000,"end_time_unix_nano":1767323045001000000,' +
        '"status":{"code":"STATUS_CODE_OK","message":""},"events":[],"links":[],' +
        '"attributes":{"mlflow.traceRequestId":"\\"tr-64c396518d978f50bf6ba65358847de2\\"","mlflow.spanType":"\\"AGENT\\"",' +
        '"mlflow.spanInputs":"{\\"question\\":\\"1 + 1\\"}","mlflow.spanOutputs":"2"}},' +
        '{"trace_id":"ZMOWUY2Xj1C/a6ZTWIR94g==","span_id":"AAAAAAAAAAI=","parent_span_id":"AAAAAAAAAAE=","name":"add",' +
        '"start_time_unix_nano":1767323045000250000,"end_time_unix_nano":1767323045001250000,' +
        '"status":{"code":"STATUS_CODE_ERROR","message":"RangeError: \\"too\\" large"},' +
        '"events":[{"name":"exception","time_unix_nano":1767323045000250001,"attributes":{"exception.type":"RangeError"}}],' +
        '"links":[{"trace_id":"tr-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","span_id":"bbbbbbbbbbbbbbbb","attributes":{"kind":"follows"}}],' +
        '"attributes":{"mlflow.traceRequestId":"\\"tr-64c396518d978f50bf6ba65358847de2\\"","mlflow.spanType":"\\"TOOL\\""}}]}}',
    );
  });

  it('keeps the trace id of a span that came from another trace', () => {
    const other = `tr-${'c'.repeat(32)}`;
    const trace = aTrace({ spans: [{}, { traceId: other, parent: 1 }, {}] });

    const { spans } = Trace.fromJSON(traceToLine(trace)).data;

    expect(spans.map(({ traceId }) => traceId)).toEqual([trace.info.traceId, other, trace.info.traceId]);
  });

  it('writes keys of attributes rightly, however many there have been', () => {
    const attributes = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`key "${index}"`, index]));
    const trace = aTrace({ spans: [{ attributes }] });

    const again = Trace.fromJSON(traceToLine(trace));

    expect(again).toEqual(trace);
    expect(again.data.spans[0]?.attributes).toMatchObject(attributes);
  });

  it('writes types, names and models rightly, of any length, whichever stood there before', () => {
    const models = ['a', 'a', 'b'.repeat(100), 'b'.repeat(100), 'a', 'c'.repeat(101)];
    const trace = aTrace({ spans: models.map((model) => ({ attributes: { 'mlflow.llm.model': model } })) });

    const { spans } = Trace.fromJSON(traceToLine(trace)).data;

    expect(spans.map((span) => span.getAttribute('mlflow.llm.model'))).toEqual(models);
  });

  it('writes a span that has no attributes at all', () => {
    const trace = Trace.fromJSON({ info: { trace_id: 'tr-1' }, data: { spans: [{ span_id: '00000000000000ab' }] } });

    const line = traceToLine(trace);

    expect(JSON.parse(line)).toMatchObject({ data: { spans: [{ attributes: {} }] } });
  });
});

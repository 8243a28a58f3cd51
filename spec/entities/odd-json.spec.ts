import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { aTrace, aTraceId } from '../support/traces.js';

describe('JSON that is odd', () => {
  it.each([
    ['previews', { info: { request_preview: null, response_preview: 5 } }],
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
    ['the id of a trace', { span: { trace_id: 5 } }],
  ])('is read around where %s ought to be, and can be written again', (_title, { info = {}, span = {} }: OddParts) => {
    const json = { info: { trace_id: aTraceId, ...info }, data: { spans: [{ span_id: '00000000000000ab', ...span }] } };

    const trace = Trace.fromJSON(json);

    const line = traceToLine(trace);
    expect(traceToLine(Trace.fromJSON(line))).toBe(line);
    expect(traceToLine(Trace.fromJSON(trace.toJSON()))).toBe(line);
    expect([trace.info.requestPreview, trace.info.responsePreview]).toEqual([undefined, undefined]);
  });

  it('keeps what only looks like nanoseconds', () => {
    const inputs = { text: '"start_time_unix_nano":1767323045123456789', time_unix_nano: 5 };
    const events = [new SpanEvent('tick', 1n, { time_unix_nano: 123456789012345.5 })];

    const trace = Trace.fromJSON(traceToLine(aTrace({ spans: [{ inputs, events }] })));

    expect(trace.data.spans[0]).toMatchObject({
      inputs,
      events: [{ attributes: { time_unix_nano: 123456789012345.5 } }],
    });
  });

  it('may change afterwards: a trace keeps nothing of the object it was read from', () => {
    const json = JSON.parse(JSON.stringify(aTrace({ spans: [{ events: [new SpanEvent('tick', 1n, { a: ['b'] })] }] })));
    const before = JSON.stringify(json);
    const trace = Trace.fromJSON(json);

    json.data.spans[0].events[0].attributes.a[0] = 'changed';
    json.info.trace_location.type = 'changed';

    expect(JSON.stringify(trace)).toBe(before);
  });
});

describe('a trace of a server', () => {
  it('keeps where it belongs', () => {
    const location = { type: 'UC_SCHEMA', uc_schema: { catalog: 'main', constructor: ['own'] } };
    const json = JSON.parse(JSON.stringify(aTrace()));
    json.info.trace_location = location;

    const trace = Trace.fromJSON(json);

    expect(JSON.parse(traceToLine(trace)).info.trace_location).toEqual(location);
    expect(JSON.parse(JSON.stringify(trace)).info.trace_location).toEqual(location);
  });

  it.each([
    { assessments: [{ assessment_name: 'good', feedback: { value: true } }], client_request_id: 'ours' },
    { assessments: [{ assessment_name: 'good' }] },
    { client_request_id: 'ours' },
  ])('hands on what others said of the trace: %j', (said) => {
    const trace = Trace.fromJSON({ info: { trace_id: 'tr-1', ...said }, data: { spans: [] } });

    expect(JSON.parse(traceToLine(trace)).info).toMatchObject(said);
    expect(trace.toJSON()['info']).toMatchObject(said);
    expect(traceToLine(Trace.fromJSON(traceToLine(trace)))).toBe(traceToLine(trace));
  });

  it('hands on nothing that is no feedback', () => {
    const info = { trace_id: 'tr-1', assessments: [], client_request_id: 5 };

    const json = Trace.fromJSON({ info, data: { spans: [] } }).toJSON();

    expect(Object.keys(json['info'] as object)).not.toContain('assessments');
    expect(Object.keys(json['info'] as object)).not.toContain('client_request_id');
  });

  it.each(['ag2_two_agent', 'manual_agent_error', 'manual_double_usage'])('loses nothing on its way: %s', (name) => {
    const text = readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8');

    const line = traceToLine(Trace.fromJSON(text));

    expect(JSON.parse(line)).toEqual(JSON.parse(text));
  });
});

interface OddParts {
  readonly info?: object;
  readonly span?: object;
}

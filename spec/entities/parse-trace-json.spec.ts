import { describe, expect, it } from 'vitest';
import { parseTraceJson } from '../../lib/entities/parse-trace-json.js';
import { Trace } from '../../lib/entities/trace.js';

const span =
  '"span_id":"00000000000000ab","start_time_unix_nano":1767323045000000001,"end_time_unix_nano":1767323045000000003';
const time = '"time_unix_nano" : 1767323045000000002';

function spanWith(rest: string): Trace['data']['spans'][number] | undefined {
  return Trace.fromJSON(`{"info":{"trace_id":"tr-1"},"data":{"spans":[{${span},${rest}}]}}`).data.spans[0];
}

describe('the nanoseconds in the text of a trace', () => {
  it('keep their digits before 1970, too', () => {
    const json = '{"span_id":"00000000000000ab","start_time_unix_nano":-36097070070669691}';

    const trace = Trace.fromJSON(`{"info":{"trace_id":"tr-1"},"data":{"spans":[${json}]}}`);

    expect(trace.data.spans[0]?.startTimeNs).toBe(-36097070070669691n);
  });

  it.each([
    ['"time_unix_nano":123456789012345', { time_unix_nano: 123456789012345 }],
    ['"time_unix_nano":"123456789012345"', { time_unix_nano: '123456789012345' }],
    ['"start_time_unix_nano":123456789012345,"x":1', { start_time_unix_nano: 123456789012345, x: 1 }],
    ['"deep":[{"end_time_unix_nano":123456789012345}]', { deep: [{ end_time_unix_nano: 123456789012345 }] }],
    ['"exception.type":"RangeError"', { 'exception.type': 'RangeError' }],
  ])('are those of spans and events, to the digit; attributes stay what they are: %s', (attributes, read) => {
    const event = `{"name":"a",${time},"attributes":{${attributes}}}`;
    const link = `{"trace_id":"tr-2","span_id":"b","attributes":{${attributes}}}`;

    const found = spanWith(`"events":[{"name":"bare",${time}},${event}],"links":[7,${link}]`);

    expect([found?.startTimeNs, found?.endTimeNs]).toEqual([1767323045000000001n, 1767323045000000003n]);
    expect(found?.events.map((each) => [each.timeNs, each.attributes])).toEqual([
      [1767323045000000002n, {}],
      [1767323045000000002n, read],
    ]);
    expect(found?.links.map((each) => each.attributes)).toEqual([read]);
  });

  it.each([
    '[{"time_unix_nano":1}]',
    '{"spans":{}}',
    '{"spans":[7,{"links":[{"attributes":[{"time_unix_nano":123456789012345}]}]}]}',
  ])('are sought where spans are, whatever there is: %s', (text) => {
    expect(parseTraceJson(text)).toEqual(JSON.parse(text));
  });

  it('are none where a value of a span is nested', () => {
    const found = spanWith('"attributes":{"a":{"time_unix_nano":123456789012345},"b":[{"time_unix_nano":"1"}]}');

    expect(found?.attributes).toEqual({ a: { time_unix_nano: 123456789012345 }, b: [{ time_unix_nano: '1' }] });
  });

  it('leave the attributes of spans alone: each is JSON text', () => {
    const found = spanWith(
      '"attributes":{"time_unix_nano":"\\"123456789012345\\"","end_time_unix_nano":"123456789012345"}',
    );

    expect(found?.attributes).toEqual({ time_unix_nano: '123456789012345', end_time_unix_nano: 123456789012345 });
  });
});

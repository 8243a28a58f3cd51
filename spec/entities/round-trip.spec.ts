import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceJson } from '../../lib/entities/parse-trace-json.js';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { anyTrace } from '../support/any-trace.js';
import { aTrace } from '../support/traces.js';

describe('a trace on its way through JSON', () => {
  it('comes back from a line as it was', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(Trace.fromJSON(traceToLine(trace))).toEqual(trace);
      }),
    );
  });

  it('comes back from toJSON() as it was', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(Trace.fromJSON(trace.toJSON())).toEqual(trace);
      }),
    );
  });

  it('says the same in a line and in toJSON()', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const line = parseTraceJson(traceToLine(trace));
        const json = JSON.parse(JSON.stringify(trace)) as unknown;

        expect(line).toEqual(json);
      }),
    );
  });

  it('is one line of well-formed text', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const line = traceToLine(trace);

        expect(line).not.toMatch(/[\n\r]/);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });

  it('keeps every digit of its times', () => {
    const trace = aTrace({
      requestTime: new Date(1_795_228_166_699),
      spans: [{ startMs: 0.461_195, durationMs: 1e-6 }],
    });

    const [span] = Trace.fromJSON(traceToLine(trace)).data.spans;

    expect([span?.startTimeNs, span?.endTimeNs]).toEqual([1_795_228_166_699_461_195n, 1_795_228_166_699_461_196n]);
  });
});

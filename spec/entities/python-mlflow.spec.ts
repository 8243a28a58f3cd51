import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { anyTrace } from '../support/any-trace.js';
import { findMlflow } from '../support/python.js';
import { type Described, described, readByMlflow } from '../support/python-traces.js';
import { aTrace, aUsage } from '../support/traces.js';

const mlflow = findMlflow();
if ('skip' in mlflow) console.log(`Skipped: ${mlflow.skip}`);

describe.skipIf('skip' in mlflow)('Python MLflow', () => {
  it('reads a line of a trace file as it was written', () => {
    const trace = anAgentsTrace();

    const [read] = readByMlflow([traceToLine(trace)]);

    expect(read).toEqual(described(trace));
    expect(read).toMatchObject({
      state: 'ERROR',
      requestPreview: '{"question":"1 + 1"}',
      tokenUsage: { input_tokens: 12, output_tokens: 3, total_tokens: 15, cache_read_input_tokens: 5 },
      spans: [
        { type: 'AGENT', status: ['OK', ''] },
        { type: 'LLM' },
        { type: 'TOOL', status: ['ERROR', 'RangeError: 💥'] },
      ],
    });
  });

  it('reads JSON.stringify(trace) as well', () => {
    const trace = anAgentsTrace();

    const [read] = readByMlflow([JSON.stringify(trace)]);

    expect(read).toEqual(described(trace));
  });

  it('reads whatever a program could record', () => {
    const traces = fc.sample(anyTrace, { numRuns: 100, seed: 3 });

    const read = readByMlflow(traces.map(traceToLine));

    expect(read).toEqual(traces.map(described));
  });

  it.each(['ag2_two_agent', 'manual_agent_error', 'manual_double_usage'])(
    'reads %s, which it recorded, as we do',
    (name) => {
      const json = readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8');

      const [read, again] = readByMlflow([JSON.stringify(JSON.parse(json)), traceToLine(Trace.fromJSON(json))]);

      // JSON.parse has rounded the times of the first.
      expect(withoutTimes(again)).toEqual(withoutTimes(read));
      expect(again).toEqual(described(Trace.fromJSON(json)));
    },
  );
});

function anAgentsTrace(): Trace {
  return aTrace({
    state: 'ERROR',
    session: 'conversation 1',
    user: 'Ann',
    tags: { team: 'sums' },
    metadata: { release: '1.2' },
    usage: { ...aUsage(12, 3), cacheReadInputTokens: 5, reasoningTokens: 2 },
    spans: [
      { name: 'Calculator.run', inputs: { question: '1 + 1' }, outputs: ['zwei', null, 2.5], durationMs: 20.123_456 },
      {
        name: 'chat',
        type: 'LLM',
        parent: 1,
        model: 'small',
        usage: { ...aUsage(12, 3), cacheReadInputTokens: 5, reasoningTokens: 2 },
        links: [{ traceId: `tr-${'a'.repeat(32)}`, spanId: 'b'.repeat(16), attributes: { kind: 'follows' } }],
      },
      {
        name: 'add',
        type: 'TOOL',
        parent: 1,
        error: 'RangeError: 💥',
        events: [
          new SpanEvent('exception', 1_767_323_045_000_000_001n, {
            'exception.type': 'RangeError',
            'exception.message': '💥',
            attempts: 2,
            fatal: true,
            codes: [1, 2],
          }),
        ],
      },
    ],
  });
}

function withoutTimes(described: Described | undefined): unknown {
  const spans = described?.spans.map((span) => ({ ...span, startTimeNs: '', endTimeNs: '', events: [] }));
  return { ...described, spans };
}

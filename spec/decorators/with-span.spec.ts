import {
  CallbackError,
  getCurrentSpan,
  type LiveSpan,
  shutdown,
  Trace,
  type TracingError,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('withSpan', () => {
  it('runs code in a span of its own and gives back its result', async () => {
    const memory = recordInMemory();

    const result = await withSpan(
      { name: 'load', type: 'RETRIEVER', inputs: { table: 't' }, attributes: { rows: 2 } },
      async (span) => {
        span.setAttribute('source', 'cache');
        return ['a', 'b'];
      },
    );

    const span = spanNamed(memory, 'load');
    expect([
      result,
      span.type,
      span.inputs,
      span.outputs,
      span.getAttribute('rows'),
      span.getAttribute('source'),
    ]).toEqual([['a', 'b'], 'RETRIEVER', { table: 't' }, ['a', 'b'], 2, 'cache']);
  });

  it('runs bare before init, with a span that records nothing', () => {
    const span = withSpan({ name: 'x' }, (live: LiveSpan) => live.setInputs(1).setAttribute('a', 1));

    expect([span.isRecording(), span === getCurrentSpan()]).toEqual([false, true]);
  });

  it('takes a name alone', () => {
    const memory = recordInMemory();

    const total = withSpan('add up', () => 1 + 2);

    expect([total, spanNamed(memory, 'add up').outputs]).toEqual([3, 3]);
  });

  it('runs the function where the options cannot be read, and says so', () => {
    const errors: TracingError[] = [];
    const memory = recordInMemory({ onError: (error) => errors.push(error) });
    const attributes = {
      rows: 2,
      get broken() {
        throw new Error('no');
      },
    };

    const results = [
      withSpan(undefined as never, (span) => span.isRecording()),
      withSpan({ name: 'load', inputs: 1, attributes }, (span) => span.isRecording()),
    ];

    expect([results, memory.traces.map(treeOf)]).toEqual([[false, true], ['load']]);
    expect([spanNamed(memory, 'load').inputs, spanNamed(memory, 'load').getAttribute('rows')]).toEqual([1, 2]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('reading the name and type that withSpan() was given'),
      expect.stringContaining("reading the options of the span 'load': Error: no"),
    ]);
    expect(errors.every((error) => error instanceof CallbackError)).toBe(true);
  });

  it('takes a name and a type that are no texts for what they say as text', () => {
    const memory = recordInMemory();
    const odd = { toString: () => 'odd kind' };

    const results = [
      withSpan({ name: odd, type: odd } as never, () => 1),
      withSpan({ name: 'symbol', type: Symbol('kind') } as never, () => 2),
      withSpan({ name: 'function', type: () => 1 } as never, () => 3),
    ];

    expect(results).toEqual([1, 2, 3]);
    expect(memory.traces.map((trace) => Trace.fromJSON(trace.toJSON()).data.spans[0]?.name)).toEqual([
      'odd kind',
      'symbol',
      'function',
    ]);
    expect(['odd kind', 'symbol', 'function'].map((name) => spanNamed(memory, name).type)).toEqual([
      'odd kind',
      'Symbol(kind)',
      '() => 1',
    ]);
  });
});

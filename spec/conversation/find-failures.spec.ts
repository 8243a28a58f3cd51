import { conversationOf, type Failure, shutdown, type Trace, traceAgent, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { SpanEvent } from '../../lib/entities/span-event.js';
import { recordInMemory } from '../support/recording.js';
import { aTrace, type SpanParts } from '../support/traces.js';

afterEach(shutdown);

function failuresOf(spans: readonly SpanParts[]): readonly Failure[] {
  return conversationOf(aTrace({ spans })).failures;
}

/** A span that failed with `Type: message`, caused by what follows. */
function failed(parent: number, error: string, ...causes: string[]): SpanParts {
  const [type = '', message = ''] = error.split(': ');
  const facts = { 'exception.type': type, 'exception.message': message, 'exception.causes': causes };
  return { parent, type: 'TOOL', error, events: [new SpanEvent('exception', 1_767_323_045_000_000_000n, facts)] };
}

function failureLines(failures: readonly Failure[]): string[] {
  return failures.map(({ type, message, rethrownAs }) => [`${type}: ${message}`, ...rethrownAs].join(' > '));
}

describe('the failures of a conversation', () => {
  it('are one for an error that is thrown on as the cause of others', async () => {
    const memory = recordInMemory();
    const look = traceTool(
      () => {
        throw new TypeError('bad arguments');
      },
      { name: 'look' },
    );
    const wrapping = (name: string, call: () => unknown) =>
      traceAgent(
        () => {
          try {
            return call();
          } catch (cause) {
            throw new Error(`${name} could not answer`, { cause });
          }
        },
        { name },
      );
    const lead = wrapping('Lead', wrapping('Helper', look));

    expect(lead).toThrow('Lead could not answer');

    const { failures, agents, turns } = conversationOf(memory.traces[0] as Trace);
    expect(failures).toMatchObject([
      {
        agent: 'Helper',
        type: 'TypeError',
        message: 'bad arguments',
        rethrownAs: ['Error: Helper could not answer', 'Error: Lead could not answer'],
        causes: [],
        path: ['Lead', 'Helper', 'look'],
        isHandled: false,
      },
    ]);
    expect(agents.map((agent) => agent.failures)).toEqual([0, 1]);
    expect(turns.map((turn) => turn.failures)).toEqual([0, 1]);
  });

  it('are one where what it was rethrown as passes further spans', () => {
    const spans = [
      failed(0, 'Error: outer', 'TypeError: inner'),
      failed(1, 'Error: outer', 'TypeError: inner'),
      failed(2, 'TypeError: inner'),
    ];

    expect(failureLines(failuresOf(spans))).toEqual(['TypeError: inner > Error: outer']);
  });

  it('are one where only a cause of a cause failed a span', () => {
    const spans = [failed(0, 'Error: outer', 'Error: between', 'TypeError: inner'), failed(1, 'TypeError: inner')];

    expect(failureLines(failuresOf(spans))).toEqual(['TypeError: inner > Error: outer']);
  });

  it('are two where the cause failed a span beside it, or none', () => {
    const spans = [
      { type: 'AGENT' },
      failed(1, 'TypeError: inner'),
      failed(1, 'Error: outer', 'TypeError: inner'),
      failed(3, 'RangeError: other'),
    ];

    expect(failureLines(failuresOf(spans)).toSorted()).toEqual([
      'Error: outer',
      'RangeError: other',
      'TypeError: inner',
    ]);
  });

  it('tell the nearest hundred spans of a path that is longer', () => {
    const spans = Array.from({ length: 150 }, (_, index): SpanParts => ({ name: `s${index}`, parent: index }));
    const names = spans.map(({ name }) => name);

    const at = (depth: number) => failuresOf([...spans.slice(0, depth - 1), { ...spans[depth - 1], error: 'no' }]);

    expect(at(100).map(({ path }) => path)).toEqual([names.slice(0, 100)]);
    expect(at(150).map(({ path }) => path)).toEqual([['…', ...names.slice(50)]]);
  });
});

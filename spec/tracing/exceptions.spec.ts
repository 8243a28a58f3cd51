import { shutdown, traceAgent, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { exceptionFacts } from '../../lib/tracing/exception-facts.js';
import { recordInMemory, spanNamed } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

class QuotaError extends Error {}

describe('an exception', () => {
  it('makes the span an ERROR one, with type, message and stack in an event', () => {
    const memory = recordInMemory();
    const fail = traceTool(
      () => {
        throw new QuotaError('too many');
      },
      { name: 'fail' },
    );

    expect(fail).toThrow(QuotaError);

    const { status, events, outputs } = spanNamed(memory, 'fail');
    expect({ status, outputs, names: events.map((event) => event.name) }).toEqual({
      status: { code: 'ERROR', message: 'QuotaError: too many' },
      outputs: undefined,
      names: ['exception'],
    });
    expect(events[0]?.attributes).toMatchObject({ 'exception.type': 'QuotaError', 'exception.message': 'too many' });
    expect(events[0]?.attributes['exception.stacktrace']).toContain('exceptions.spec.ts');
    expect(memory.traces[0]?.info.state).toBe('ERROR');
  });

  it('brings its causes and the members of an AggregateError', async () => {
    const memory = recordInMemory();
    const root = new TypeError('root');
    const fail = traceTool(
      async () => {
        throw new AggregateError([new RangeError('one'), 'two'], 'all failed', {
          cause: new Error('middle', { cause: root }),
        });
      },
      { name: 'fail' },
    );

    await expect(fail()).rejects.toThrow('all failed');

    const attributes = spanNamed(memory, 'fail').events[0]?.attributes;
    expect(attributes).toMatchObject({
      'exception.type': 'AggregateError',
      'exception.causes': ['Error: middle', 'TypeError: root'],
      'exception.errors': ['RangeError: one', 'string: two'],
    });
    expect(attributes?.['exception.stacktrace']).toMatch(
      /AggregateError[^]*RangeError: one[^]*Caused by: Error: middle[^]*Caused by: TypeError: root/,
    );
  });

  it('may be a cause of itself', () => {
    const memory = recordInMemory();
    const circular = new Error('loop');
    circular.cause = circular;

    expect(
      traceTool(
        () => {
          throw circular;
        },
        { name: 'fail' },
      ),
    ).toThrow('loop');

    expect(spanNamed(memory, 'fail').events[0]?.attributes['exception.causes']).toBeUndefined();
  });

  it.each([
    ['a text', 'no', 'string: no'],
    ['undefined', undefined, 'undefined: undefined'],
    ['null', null, 'null: null'],
    ['a symbol', Symbol('s'), 'symbol: Symbol(s)'],
    ['an object', { name: 'ApiError', message: 'nope' }, 'ApiError: nope'],
    ['an error without a message', new QuotaError(), 'QuotaError'],
  ])('may be %s', (_case, thrown, message) => {
    const memory = recordInMemory();
    const fail = traceTool(
      () => {
        throw thrown;
      },
      { name: 'fail' },
    );

    expect(() => fail()).toThrow();

    expect(spanNamed(memory, 'fail').status).toEqual({ code: 'ERROR', message });
  });

  it.each<[string, (value: unknown, path: string) => unknown]>([
    ['path', (value, path) => (path === 'events.exception.message' ? '$& hidden' : value)],
    ['value', (value) => (value === 'Bearer abcdefgh canary' ? '$& hidden' : value)],
  ])('whose message is redacted by its %s tells it in no stack either', (_rule, redact) => {
    const memory = recordInMemory({ redact });
    const fail = traceTool(
      () => {
        const cause = new Error('Bearer abcdefgh canary');
        throw new TypeError('Bearer abcdefgh canary', { cause });
      },
      { name: 'fail' },
    );

    expect(fail).toThrow(TypeError);

    const attributes = spanNamed(memory, 'fail').events[0]?.attributes;
    const stack = `${attributes?.['exception.stacktrace']}`;
    expect(attributes?.['exception.message']).toBe('$& hidden');
    expect(stack).toMatch(/^TypeError: \$& hidden\n {4}at /);
    expect(stack).toContain('Caused by: Error: $& hidden\n');
    expect(stack).not.toContain('canary');
  });

  it('that is handled leaves the trace OK', () => {
    const memory = recordInMemory();
    const fail = traceTool(
      () => {
        throw new QuotaError('handled');
      },
      { name: 'fail' },
    );
    const root = traceAgent(
      () => {
        try {
          return fail();
        } catch {
          return 'recovered';
        }
      },
      { name: 'root' },
    );

    root();

    expect([
      memory.traces[0]?.info.state,
      spanNamed(memory, 'root').status.code,
      spanNamed(memory, 'fail').status.code,
    ]).toEqual(['OK', 'OK', 'ERROR']);
  });

  it('tell of the errors that a cause holds, as those of a failed fetch do, and of their causes', () => {
    const refused = new Error('connect ECONNREFUSED ::1:80', { cause: new Error('no route') });
    const cause = new AggregateError([refused, new Error('connect ECONNREFUSED 127.0.0.1:80')], 'all failed');
    const facts = exceptionFacts(new TypeError('fetch failed', { cause }));

    expect(facts.errors).toEqual(['Error: connect ECONNREFUSED ::1:80', 'Error: connect ECONNREFUSED 127.0.0.1:80']);
    expect(facts.causes).toEqual(['AggregateError: all failed']);
    expect(facts.stack).toContain('Caused by: AggregateError: all failed');
    expect(facts.stack).toContain('[errors.1] Error: connect ECONNREFUSED 127.0.0.1:80');
    expect(facts.stack).toContain('Caused by: Error: no route');
  });

  it('pass over a cause that is null, and end where errors speak of one another', () => {
    const one = new AggregateError([], 'one', { cause: null });
    const two = new AggregateError([one], 'two', { cause: one });
    one.errors.push(two);

    expect(exceptionFacts(new Error('x', { cause: null })).causes).toEqual([]);
    expect(exceptionFacts(two).causes).toEqual(['AggregateError: one']);
    expect(exceptionFacts(two).errors).toEqual(['AggregateError: one', 'AggregateError: two']);
  });
});

import { instrument, Sensitive, shutdown, TracedAgent, TracedTool, traceToLine } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('@Sensitive on a parameter', () => {
  it('hides that argument', () => {
    class Program {
      @TracedTool() pay(_amount: number, @Sensitive() _card: string, @Sensitive() { pin }: { pin: number }) {
        return pin;
      }
    }
    const memory = recordInMemory();

    new Program().pay(5, '4111', { pin: 7 });

    expect(spanNamed(memory, 'pay').inputs).toEqual({ _amount: 5, _card: '[redacted]', arg2: '[redacted]' });
  });

  it('hides it also in an entry that only the class decorator traces', () => {
    @TracedAgent()
    class Agent {
      readonly name = 'a';
      run(_question: string, @Sensitive() _key: string) {}
    }
    const memory = recordInMemory();

    new Agent().run('why', 'k');

    expect(spanNamed(memory, 'a.run').inputs).toEqual({ _question: 'why', _key: '[redacted]' });
  });

  it('hides it in subclasses, too', () => {
    class Base {
      pay(_amount: number, @Sensitive() card: string) {
        return card.length;
      }
    }
    class Library extends Base {}
    class Override extends Base {
      @TracedTool() override pay(_amount: number, card: string) {
        return card.length + 1;
      }
    }
    const memory = recordInMemory();
    const undo = instrument(Library, { pay: TracedTool() });

    new Library().pay(5, 'canary');
    new Override().pay(5, 'canary');
    undo();

    expect(memory.traces.map((trace) => trace.data.spans[0]?.inputs)).toEqual([
      { _amount: 5, card: '[redacted]' },
      { _amount: 5, card: '[redacted]' },
    ]);
  });

  it.each([
    ['as written', (method: Pay): Pay => method, [], { _amount: 5, _cards: '[redacted]' }],
    [
      'whose values have names',
      (method: Pay): Pay => method,
      ['a', 'b', 'c'],
      { a: 5, b: '[redacted]', c: '[redacted]' },
    ],
    ['behind a wrapper', hiddenBehindRest, [], { args: '[redacted]' }],
    [
      'behind a wrapper of the old kind',
      hiddenBehindArguments,
      [],
      { arg0: 5, arg1: '[redacted]', arg2: '[redacted]' },
    ],
  ])('hides all values of a rest parameter %s', (_case, wrap, argNames, inputs) => {
    class Program {
      pay(_amount: number, ..._cards: string[]) {}
    }
    const { prototype } = Program;
    // As the compiler does it; the specs' own does not know decorators before a rest parameter.
    Sensitive()(prototype, 'pay', 1);
    const value = wrap(prototype.pay as Pay);
    const options = argNames.length === 0 ? {} : { argNames };
    const traced = TracedTool(options)(prototype, 'pay', {
      ...Object.getOwnPropertyDescriptor(prototype, 'pay'),
      value,
    });
    Object.defineProperty(prototype, 'pay', traced);
    const memory = recordInMemory();

    new Program().pay(5, 'canary', 'canary');

    expect(spanNamed(memory, 'pay').inputs).toEqual(inputs);
    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });
});

type Pay = (this: unknown, ...args: unknown[]) => unknown;

function hiddenBehindRest(method: Pay): Pay {
  return function (this: unknown, ...args) {
    return Reflect.apply(method, this, args);
  };
}

function hiddenBehindArguments(method: Pay): Pay {
  return function (this: unknown) {
    // biome-ignore lint/complexity/noArguments: the wrapper is of the old kind
    return Reflect.apply(method, this, arguments);
  };
}

import { instrument, Sensitive, shutdown, TracedAgent, TracedTool, traceToLine, traceTool } from 'traced-agents';
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

describe('@Sensitive on a parameter of a constructor', () => {
  const show = (value: unknown) => {
    traceTool((_value: unknown) => {}, { name: 'show' })(value);
  };

  it('hides the fields that it is assigned to, in subclasses, too', () => {
    // As the compiler makes it of parameter properties; the sources themselves are without them.
    class Account {
      readonly constructorOf = ((): string => 'constructor(x) {')();
      readonly owner: string;
      readonly iban: string;
      readonly pin: string;
      constructor(owner: string, @Sensitive() iban: string, @Sensitive() $code = '0000') {
        this.owner = owner;
        this.iban = iban;
        this.pin = $code;
      }
    }
    class Joint extends Account {}
    const memory = recordInMemory();

    show([new Account('Ada', 'DE12'), new Joint('Bob', 'DE34', '1111')]);

    const hidden = { constructorOf: 'constructor(x) {', iban: '[redacted]', pin: '[redacted]' };
    expect(spanNamed(memory, 'show').inputs).toEqual({
      _value: [
        { ...hidden, owner: 'Ada' },
        { ...hidden, owner: 'Bob' },
      ],
    });
  });

  it('hides them as compilers define fields, and in classes of the old kind', () => {
    const classes = [
      'class Account { constructor(owner, e) { __publicField(this, "owner", owner); __publicField(this, "iban", e); } }',
      'function Account(owner, iban) { this.owner = owner; this.iban = iban; }',
    ].map((source) => {
      const define = 'const __publicField = (target, key, value) => { target[key] = value; };';
      return new Function(`${define} return ${source}`)() as new (
        owner: string,
        iban: string,
      ) => object;
    });
    for (const each of classes) Sensitive()(each, undefined, 1);
    const memory = recordInMemory();

    show(classes.map((Account) => new Account('Ada', 'DE12')));

    const shown = { owner: 'Ada', iban: '[redacted]' };
    expect(spanNamed(memory, 'show').inputs).toEqual({ _value: [shown, shown] });
  });

  it('hides it where the class is traced as a function', () => {
    class Account {
      readonly length: number;
      constructor(_owner: string, @Sensitive() iban: string) {
        this.length = iban.length;
      }
    }
    const memory = recordInMemory();

    Reflect.construct(traceTool(Account as unknown as () => void, { name: 'open' }), ['Ada', 'DE12']);

    expect(spanNamed(memory, 'open').inputs).toEqual({ arg0: 'Ada', arg1: '[redacted]' });
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

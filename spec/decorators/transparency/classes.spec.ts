import { describe } from 'vitest';
import { indistinguishable, outcomeOf } from '../../support/variants.js';

const secret = Symbol('secret');

describe('a traced class', () => {
  indistinguishable(
    'with statics, symbols and getters',
    ({ agent, tool }) => {
      @agent()
      class Program {
        static made = 0;
        readonly name = 'program';
        get twice() {
          return this.name.length * 2;
        }
        @tool() static create() {
          Program.made += 1;
          return new this();
        }
        @tool() [secret](x: number) {
          return x + this.twice;
        }
        run(x: number) {
          return this[secret](x);
        }
      }
      return Program;
    },
    (Program) => {
      const program = Program.create();
      return [
        Program.name,
        Program.length,
        Program.made,
        program instanceof Program,
        program.run(1),
        Object.keys(program),
        Object.getOwnPropertyNames(Program.prototype),
        Object.getOwnPropertyDescriptor(Program.prototype, 'run')?.enumerable,
        Object.getOwnPropertyDescriptor(Program.prototype, 'twice')?.set,
        JSON.stringify(program),
      ];
    },
    3,
  );

  indistinguishable(
    'with methods of every make',
    ({ tool }) => {
      class Program {
        @tool() plain(_a: unknown, _b?: unknown, ..._rest: unknown[]) {}
        @tool() async promised(_a = 1) {}
        @tool() *generated() {}
        @tool() async *streamed() {}
      }
      return Program.prototype;
    },
    (prototype) =>
      (['plain', 'promised', 'generated', 'streamed'] as const).map((key) => {
        const method = prototype[key];
        return [
          method.name,
          method.length,
          Reflect.ownKeys(method),
          method.constructor.name,
          Object.prototype.toString.call(method),
          Object.getPrototypeOf(method) === Function.prototype,
          outcomeOf(() => Reflect.construct(Object, [], method) && 'constructs').hasOwnProperty('thrown'),
        ];
      }),
    0,
  );

  indistinguishable(
    'that is inherited from, overridden and called by super',
    ({ agent, tool }) => {
      @agent()
      class Base {
        readonly name: string;
        constructor(name: string) {
          this.name = name;
        }
        greet(who: string): string {
          return `Hello ${who}, I am ${this.name}.`;
        }
        @tool() add(a: number, b: number): number {
          return a + b;
        }
      }
      class Middle extends Base {
        override greet(who: string): string {
          return super.greet(who.toUpperCase());
        }
      }
      @agent()
      class Top extends Middle {
        override greet(who: string): string {
          return `${super.greet(who)} ${super.add(1, 2)}`;
        }
      }
      return { Base, Middle, Top };
    },
    ({ Base, Middle, Top }) => {
      const top = new Top('top');
      return [
        new Base('base').greet('you'),
        new Middle('middle').greet('you'),
        top.greet('you'),
        top instanceof Base,
        Object.getPrototypeOf(Top.prototype) === Middle.prototype,
        Object.hasOwn(Top.prototype, 'add'),
      ];
    },
    4,
  );

  indistinguishable(
    'whose methods are bound, borrowed and called through a proxy',
    ({ agent }) => {
      @agent()
      class Program {
        readonly base: number;
        constructor(base: number) {
          this.base = base;
        }
        add(x: number) {
          return this.base + x;
        }
      }
      return Program;
    },
    (Program) => {
      const program = new Program(1);
      const bound = program.add.bind(program);
      const seen: PropertyKey[] = [];
      const proxy = new Proxy(program, {
        get(target, key, receiver) {
          seen.push(key);
          return Reflect.get(target, key, receiver);
        },
      });
      const borrowed = { base: 10, add: program.add };
      return [
        bound.name,
        bound(1),
        proxy.add(2),
        seen.filter((key) => key === 'add' || key === 'base'),
        borrowed.add(3),
        program.add.call({ base: 100 } as never, 4),
        outcomeOf(() => (0, program.add)(5)),
      ].map((value) =>
        typeof value === 'object' && value !== null && 'thrown' in value ? String(value.thrown) : value,
      );
    },
    5,
  );

  indistinguishable(
    'whose this is a revoked proxy',
    ({ tool }) => {
      class Program {
        @tool() answer() {
          return 42;
        }
      }
      return new Program();
    },
    (program) => {
      const { proxy, revoke } = Proxy.revocable(program, {});
      revoke();
      return program.answer.call(proxy);
    },
    1,
  );

  indistinguishable(
    'whose arguments throw when they are looked at',
    ({ tool }) => {
      class Program {
        calls = 0;
        @tool() take(...values: unknown[]) {
          return values.length;
        }
        get hot() {
          this.calls += 1;
          return 'touched';
        }
      }
      return new Program();
    },
    (program) => {
      let touched = 0;
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const getter = {
        get value() {
          touched += 1;
          throw new Error('do not touch');
        },
      };
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      return [program.take(proxy, getter, circular, 10n, Symbol('s'), () => 1, new WeakMap()), touched, program.calls];
    },
    1,
  );
});

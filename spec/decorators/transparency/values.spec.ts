import { describe } from 'vitest';
import { indistinguishable, outcomeOf, settlementOf } from '../../support/variants.js';

const token = { the: 'very same object' };
const frozen = Object.freeze(new RangeError('frozen'));

describe('a traced method', () => {
  indistinguishable(
    'that returns a value',
    ({ tool }) => {
      class Program {
        @tool() run(value: unknown) {
          return value;
        }
      }
      return new Program();
    },
    (program) =>
      [1, 'a', null, undefined, Number.NaN, -0, 10n, token].map((value) => Object.is(program.run(value), value)),
    8,
  );

  indistinguishable(
    'that throws',
    ({ llm }) => {
      class Program {
        @llm() run(thrown: unknown) {
          throw thrown;
        }
      }
      return new Program();
    },
    (program) =>
      [frozen, 'text', undefined, null, token, 7n, Symbol.iterator].map((thrown) =>
        outcomeOf(() => program.run(thrown)),
      ),
    7,
  );

  indistinguishable(
    'that rejects',
    ({ tool }) => {
      class Program {
        @tool() async run(thrown: unknown) {
          await Promise.resolve();
          throw thrown;
        }
      }
      return new Program();
    },
    async (program) => [
      await settlementOf(program.run(frozen)),
      await settlementOf(program.run(undefined)),
      await settlementOf(program.run(token)),
    ],
    3,
  );

  indistinguishable(
    'that throws an error whose properties throw',
    ({ tool }) => {
      const hostile = new Proxy(new Error('hostile'), {
        get() {
          throw new TypeError('do not look');
        },
      });
      class Program {
        readonly hostile = hostile;
        @tool() run() {
          throw hostile;
        }
      }
      return new Program();
    },
    (program) => {
      const outcome = outcomeOf(() => program.run());
      return 'thrown' in outcome && outcome.thrown === program.hostile;
    },
    1,
  );

  indistinguishable(
    'that returns a native promise',
    ({ tool }) => {
      class Program {
        @tool() async run(value: unknown) {
          return value;
        }
      }
      return new Program();
    },
    async (program) => {
      const promise = program.run(token);
      return [
        promise instanceof Promise,
        promise.constructor === Promise,
        Object.keys(promise),
        (await promise) === token,
      ];
    },
    1,
  );

  indistinguishable(
    'whose rejection nobody handles',
    ({ tool }) => {
      class Program {
        @tool() async run() {
          throw frozen;
        }
      }
      return new Program();
    },
    async (program) => {
      const listeners = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      try {
        const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
        void program.run();
        return (await unhandled) === frozen;
      } finally {
        for (const listener of listeners) process.on('unhandledRejection', listener);
      }
    },
    1,
  );

  indistinguishable(
    'that takes callbacks',
    ({ tool }) => {
      class Program {
        @tool() each(items: readonly number[], visit: (item: number) => number) {
          return items.map(visit);
        }
      }
      return new Program();
    },
    (program) => program.each([1, 2, 3], (item) => item * 2),
    1,
  );

  indistinguishable(
    'that changes its arguments',
    ({ tool }) => {
      class Program {
        @tool() push(list: number[], item: number) {
          list.push(item);
          return list;
        }
      }
      return new Program();
    },
    (program) => {
      const list = [1];
      return [program.push(list, 2) === list, list];
    },
    1,
  );

  indistinguishable(
    'called ten thousand times in parallel',
    ({ agent, tool }) => {
      @agent()
      class Program {
        async run(item: number) {
          await Promise.resolve();
          return this.double(item);
        }
        @tool() double(item: number) {
          return item * 2;
        }
      }
      return new Program();
    },
    async (program) => {
      const results = await Promise.all(Array.from({ length: 10_000 }, (_, index) => program.run(index)));
      return results.reduce((sum, result) => sum + result, 0);
    },
    20_000,
  );

  indistinguishable(
    'that calls itself',
    ({ tool }) => {
      class Program {
        @tool() factorial(n: number): number {
          return n <= 1 ? 1 : n * this.factorial(n - 1);
        }
      }
      return new Program();
    },
    (program) => program.factorial(20),
    20,
  );
});

import { ChildProcess, execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { describe } from 'vitest';
import { indistinguishable, settlementOf } from '../../support/variants.js';

/** A promise that does its work when it is asked, as those of some SDKs do. */
class AnswerPromise<Value> extends Promise<Value> {
  parsed = 0;
  readonly #parse: () => Promise<Value>;

  constructor(parse: () => Promise<Value>) {
    super((resolve) => resolve(undefined as Value));
    this.#parse = parse;
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  asResponse(): string {
    return 'raw';
  }

  override then<First = Value, Second = never>(
    onFulfilled?: ((value: Value) => First | PromiseLike<First>) | null,
    onRejected?: ((reason: unknown) => Second | PromiseLike<Second>) | null,
  ): Promise<First | Second> {
    this.parsed += 1;
    return this.#parse().then(onFulfilled, onRejected);
  }

  override catch<Second = never>(
    onRejected?: ((reason: unknown) => Second | PromiseLike<Second>) | null,
  ): Promise<Value | Second> {
    return this.#parse().catch(onRejected);
  }
}

/** A query that runs when it is awaited, and may be extended until then. */
class Query {
  runs = 0;
  readonly clauses: string[] = [];

  where(clause: string): this {
    this.clauses.push(clause);
    return this;
  }

  then(onFulfilled?: (rows: string[]) => unknown): Promise<unknown> {
    this.runs += 1;
    return Promise.resolve([...this.clauses]).then(onFulfilled);
  }
}

class PlainSubclass<Value> extends Promise<Value> {}

const failure = new Error('no answer');

describe('a traced method', () => {
  indistinguishable(
    'that returns a promise of a subclass',
    ({ llm }) => {
      class Program {
        last: AnswerPromise<string> | undefined;
        @llm() ask(question: string) {
          this.last = new AnswerPromise(async () => `${question}!`);
          return this.last;
        }
      }
      return new Program();
    },
    async (program) => {
      const answer = program.ask('why');
      const before = [
        answer === program.last,
        answer instanceof AnswerPromise,
        answer.asResponse(),
        answer.parsed,
        Object.keys(answer),
      ];
      return [...before, await answer, answer.parsed, await answer.then((text) => text.length)];
    },
    1,
  );

  indistinguishable(
    'whose promise of a subclass fails',
    ({ llm }) => {
      class Program {
        @llm() ask() {
          return new AnswerPromise<string>(async () => {
            throw failure;
          });
        }
      }
      return new Program();
    },
    async (program) => [
      await settlementOf(program.ask()),
      await program.ask().catch((error) => (error === failure ? 'same' : 'other')),
      await settlementOf(program.ask().finally(() => undefined)),
    ],
    3,
  );

  indistinguishable(
    'that returns a plain subclass of Promise',
    ({ tool }) => {
      class Program {
        @tool() ask() {
          return PlainSubclass.resolve(5) as PlainSubclass<number>;
        }
      }
      return new Program();
    },
    async (program) => {
      const promise = program.ask();
      return [
        promise instanceof PlainSubclass,
        promise.then((n) => n) instanceof PlainSubclass,
        await promise,
        await promise.finally(() => 1),
      ];
    },
    1,
  );

  indistinguishable(
    'that returns a native promise with fields of its own',
    ({ tool }) => {
      class Program {
        last: (Promise<string> & { cancel: () => string }) | undefined;
        @tool() start(isBroken: boolean) {
          const work = isBroken ? Promise.reject(failure) : Promise.resolve('done');
          this.last = Object.assign(work, { cancel: () => 'cancelled' });
          return this.last;
        }
      }
      return new Program();
    },
    async (program) => {
      const work = program.start(false);
      const shape = [
        work === program.last,
        work.cancel(),
        Object.keys(work),
        inspect(work).slice(0, 9),
        work instanceof Promise,
        work.then().constructor === Promise,
      ];
      const broken = program.start(true);
      return [shape, await work, await work.then((text) => text.length), await settlementOf(broken)];
    },
    2,
  );

  const mark = Symbol('mark');

  indistinguishable(
    'that returns a native promise with fields that are not seen at once',
    ({ tool }) => {
      class Program {
        @tool() hidden() {
          return Object.defineProperty(Promise.resolve(1), 'cancel', { value: () => 'cancelled' });
        }
        @tool() marked() {
          return Object.assign(Promise.resolve(2), { [mark]: 'marked' });
        }
        @tool() async fresh() {
          return 3;
        }
      }
      return new Program();
    },
    async (program) => {
      const [hidden, marked] = [program.hidden() as Promise<number> & { cancel: () => string }, program.marked()];
      return [hidden.cancel(), marked[mark], await hidden, await marked, await program.fresh()];
    },
    3,
  );

  indistinguishable(
    'that returns a frozen promise with fields of its own',
    ({ tool }) => {
      class Program {
        @tool() start() {
          return Object.freeze(Object.assign(Promise.resolve('done'), { id: 1 }));
        }
      }
      return new Program();
    },
    async (program) => program.start(),
    1,
  );

  indistinguishable(
    'that runs another program',
    ({ tool }) => {
      const execute = promisify(execFile);
      class Program {
        @tool() run() {
          return execute(process.execPath, ['-p', '6 * 7']);
        }
      }
      return new Program();
    },
    async (program) => {
      const running = program.run();
      return [running.child instanceof ChildProcess, (await running).stdout];
    },
    1,
  );

  indistinguishable(
    'that returns a lazy query',
    ({ tool }) => {
      class Program {
        @tool() query() {
          return new Query();
        }
      }
      return new Program();
    },
    async (program) => {
      const query = program.query();
      const before = [query.runs, query.where('a') === query, query.where('b').runs];
      const rows = await query;
      return [before, rows, query.runs, Object.keys(query)];
    },
    1,
  );

  indistinguishable(
    'that returns a thenable with a method of its own',
    ({ tool }) => {
      class Program {
        @tool() answer() {
          return { then: (resolve: (value: number) => void) => resolve(1), id: 1 };
        }
        @tool() sealed() {
          return Object.seal(this.answer());
        }
      }
      return new Program();
    },
    async (program) => {
      const answer = program.answer();
      const sealed = program.sealed();
      return [Object.keys(answer), { ...answer }.id, await answer, Object.keys(sealed), await sealed];
    },
    3,
  );

  indistinguishable(
    'that returns a query nobody runs',
    ({ tool }) => {
      class Program {
        @tool() query() {
          return new Query();
        }
      }
      return new Program();
    },
    (program) => program.query().runs,
    1,
  );

  indistinguishable(
    'that returns a frozen thenable',
    ({ tool }) => {
      const frozen = Object.freeze(new Query());
      class Program {
        readonly frozen = frozen;
        @tool() query() {
          return frozen;
        }
      }
      return new Program();
    },
    (program) => program.query() === program.frozen,
    1,
  );
});

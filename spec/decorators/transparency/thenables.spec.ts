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

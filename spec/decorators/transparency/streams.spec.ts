import { Readable } from 'node:stream';
import { describe } from 'vitest';
import { indistinguishable, outcomeOf, settlementOf } from '../../support/variants.js';

const failure = new Error('broken');

async function drain(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of iterable) chunks.push(chunk);
  return chunks;
}

describe('a traced method', () => {
  indistinguishable(
    'that is a generator',
    ({ tool }) => {
      class Program {
        readonly log: string[] = [];
        @tool() *count(to: number): Generator<number, string, unknown> {
          this.log.push('begun');
          try {
            for (let i = 1; i <= to; i += 1) this.log.push(`got ${String(yield i)}`);
            return 'done';
          } finally {
            this.log.push('closed');
          }
        }
      }
      return new Program();
    },
    (program) => {
      const whole = program.count(2);
      const shape = [
        Reflect.ownKeys(program),
        String(whole),
        whole[Symbol.iterator]() === whole,
        Object.keys(whole),
        program.log.length,
      ];
      const steps = [whole.next(), whole.next('x'), whole.next('y'), whole.next()];
      const broken: number[] = [];
      for (const n of program.count(9)) {
        broken.push(n);
        if (n === 2) break;
      }
      const returned = program.count(9);
      returned.next();
      const thrown = program.count(9);
      thrown.next();
      const ends = [returned.return('early'), returned.next(), outcomeOf(() => thrown.throw(failure))];
      return [shape, steps, broken, ends, [...program.count(3)], program.log];
    },
    5,
  );

  indistinguishable(
    'that is an async generator',
    ({ llm }) => {
      class Program {
        readonly log: string[] = [];
        @llm() async *count(to: number): AsyncGenerator<number, string, unknown> {
          this.log.push('begun');
          try {
            for (let i = 1; i <= to; i += 1) this.log.push(`got ${String(yield i)}`);
            return 'done';
          } finally {
            this.log.push('closed');
          }
        }
        @llm() async *fail(): AsyncGenerator<number> {
          yield 1;
          throw failure;
        }
      }
      return new Program();
    },
    async (program) => {
      const whole = program.count(2);
      const shape = [String(whole), whole[Symbol.asyncIterator]() === whole, Object.keys(whole), program.log.length];
      const steps = [await whole.next(), await whole.next('x'), await whole.next('y'), await whole.next()];
      const broken: number[] = [];
      for await (const n of program.count(9)) {
        broken.push(n);
        if (n === 2) break;
      }
      const atOnce = program.count(3);
      const parallel = await Promise.all([atOnce.next(), atOnce.next(), atOnce.next(), atOnce.next()]);
      const thrown = program.count(9);
      await thrown.next();
      const ends = [await settlementOf(thrown.throw(failure)), await settlementOf(drain(program.fail()))];
      return [shape, steps, broken, parallel, ends, program.log];
    },
    5,
  );

  indistinguishable(
    'that delegates to another one',
    ({ tool }) => {
      class Program {
        @tool() *inner(): Generator<number, string> {
          yield 1;
          yield 2;
          return 'inner done';
        }
        @tool() *outer(): Generator<number | string> {
          yield yield* this.inner();
        }
      }
      return new Program();
    },
    (program) => [...program.outer()],
    2,
  );

  indistinguishable(
    'that returns a web stream',
    ({ llm }) => {
      class Program {
        pulls = 0;
        @llm() stream(chunks: readonly string[]): ReadableStream<string> {
          const left = [...chunks];
          return new ReadableStream<string>(
            {
              pull: (controller) => {
                this.pulls += 1;
                const chunk = left.shift();
                if (chunk === undefined) controller.close();
                else controller.enqueue(chunk);
              },
            },
            { highWaterMark: 0 },
          );
        }
      }
      return new Program();
    },
    async (program) => {
      const unread = program.stream(['a']);
      await new Promise(setImmediate);
      const shape = [unread instanceof ReadableStream, unread.locked, program.pulls, Object.keys(unread)];
      const reader = program.stream(['a', 'b']).getReader();
      const steps = [await reader.read(), await reader.read(), await reader.read()];
      const [left, right] = program.stream(['c', 'd']).tee();
      const halves = [await drain(left), await drain(right)];
      const piped = await drain(program.stream(['e', 'f']).pipeThrough(new TransformStream()));
      const cancelled = program.stream(['g', 'h']);
      const whole = await drain(program.stream(['i']));
      return [shape, steps, halves, piped, await cancelled.cancel('enough'), whole];
    },
    6,
  );

  indistinguishable(
    'that returns a web stream which fails',
    ({ llm }) => {
      class Program {
        @llm() stream(): ReadableStream<string> {
          return new ReadableStream({ pull: (controller) => controller.error(failure) });
        }
      }
      return new Program();
    },
    async (program) => [
      await settlementOf(drain(program.stream())),
      await settlementOf(program.stream().pipeTo(new WritableStream())),
      await settlementOf(program.stream().getReader().read()),
    ],
    3,
  );

  indistinguishable(
    'that returns a Node stream',
    ({ tool }) => {
      class Program {
        @tool() stream(chunks: readonly string[]) {
          return Readable.from(chunks);
        }
      }
      return new Program();
    },
    async (program) => {
      const unread = program.stream(['a']);
      await new Promise(setImmediate);
      const shape = [
        unread.readableFlowing,
        unread.listenerCount('data'),
        unread.listenerCount('error'),
        Object.keys(unread).includes('emit'),
      ];
      unread.destroy();
      return [shape, await drain(program.stream(['b', 'c'])), await program.stream(['d', 'e']).toArray()];
    },
    3,
  );

  indistinguishable(
    'that returns an object which makes iterators',
    ({ llm }) => {
      class Answer {
        made = 0;
        async *[Symbol.asyncIterator](): AsyncGenerator<string> {
          this.made += 1;
          yield 'a';
          yield 'b';
        }
      }
      class Program {
        last: Answer | undefined;
        @llm() async stream() {
          this.last = new Answer();
          return this.last;
        }
      }
      return new Program();
    },
    async (program) => {
      const answer = await program.stream();
      const shape = [answer === program.last, answer.made, Object.keys(answer)];
      return [shape, await drain(answer), answer.made, await drain(answer), answer.made];
    },
    1,
  );
});

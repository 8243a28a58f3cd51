import {
  type CallFacts,
  instrument,
  Sensitive,
  TracedAgent,
  TracedLLM,
  TracedTool,
  traceLLM,
  traceTool,
  Untraced,
  withSpan,
} from 'traced-agents';
import { describe, expectTypeOf, it } from 'vitest';

describe('decorators', () => {
  it('stand on every kind of method and keep its type', () => {
    @TracedAgent({ methods: ['run'] })
    class Program {
      @Sensitive() readonly key = 'k';
      @Sensitive() protected optional?: string;
      @Sensitive() static count = 1;
      @Sensitive() get secret(): string {
        return 's';
      }
      @TracedTool() plain(a: number): string {
        return `${a}`;
      }
      @TracedLLM({ model: 'm' }) async later<Value>(value: Value): Promise<Value> {
        return value;
      }
      @TracedTool() *generated(): Generator<number, string, boolean> {
        const isMore = yield 1;
        return `${isMore}`;
      }
      @TracedLLM() async *streamed(): AsyncGenerator<string> {
        yield 'a';
      }
      @TracedAgent() run(this: Program, ...rest: readonly string[]): number {
        return rest.length;
      }
      @TracedTool() static create(): Program {
        return new Program();
      }
      @Untraced() private hidden(): void {}
      get use(): unknown {
        return this.hidden;
      }
    }

    expectTypeOf<Program['plain']>().toEqualTypeOf<(a: number) => string>();
    expectTypeOf<Program['later']>().toEqualTypeOf<<Value>(value: Value) => Promise<Value>>();
    expectTypeOf<Program['generated']>().toEqualTypeOf<() => Generator<number, string, boolean>>();
    expectTypeOf(Program.create).toEqualTypeOf<() => Program>();
  });

  it('stand on classes that make their instances themselves', () => {
    @TracedAgent({ methods: ['run'] })
    class Single {
      static readonly instance: Single = new Single();
      private constructor() {}
      run(): void {}
    }

    @TracedAgent()
    class Base {
      readonly name: string;
      protected constructor(name: string) {
        this.name = name;
      }
      run(): void {}
    }

    @TracedAgent()
    abstract class Shape<Size> {
      abstract readonly size: Size;
      abstract draw(): void;
    }

    expectTypeOf(Single.instance).toEqualTypeOf<Single>();
    expectTypeOf<[Base, Shape<number>]>().not.toBeAny();
  });

  it('stand on the class of a mixin', () => {
    // biome-ignore lint/suspicious/noExplicitAny: TypeScript takes no other parameters of the base of a mixin
    function named<Base extends new (...args: any[]) => object>(base: Base) {
      @TracedAgent()
      class Named extends base {
        label = 'mixed';
        run(): string {
          return this.label;
        }
      }
      return Named;
    }

    expectTypeOf(named(Date).prototype.run).returns.toEqualTypeOf<string>();
  });

  it('check the types of callbacks against the method', () => {
    class Program {
      @TracedLLM({ usage: (answer: { tokens: number }) => ({ outputTokens: answer.tokens }) })
      async right(): Promise<{ tokens: number }> {
        return { tokens: 1 };
      }

      @TracedLLM({ usage: (chunks: string[]) => ({ outputTokens: chunks.length }) })
      async *stream(): AsyncGenerator<string> {
        yield 'a';
      }

      @TracedTool({
        attributes: ({ args, result }: CallFacts<[number], string>) => ({ first: args[0], length: result?.length }),
      })
      named(a: number): string {
        return `${a}`;
      }

      // @ts-expect-error: the callback reads a number, the method returns a text
      @TracedLLM({ usage: (answer: number) => ({ outputTokens: answer }) })
      wrongResult(): string {
        return '';
      }

      // @ts-expect-error: the callback reads a text, the method takes a number
      @TracedTool({ attributes: ({ args }: CallFacts<[string], string>) => ({ first: args[0] }) })
      wrongArguments(a: number): string {
        return `${a}`;
      }
    }

    expectTypeOf<Program>().not.toBeAny();
  });

  it('are refused in the wrong place', () => {
    class Program {
      // @ts-expect-error: a field
      @TracedTool() field = 1;

      // @ts-expect-error: a field that holds a function
      @TracedTool() arrow = (): number => 1;

      // @ts-expect-error: a getter
      @TracedTool() get value(): number {
        return 1;
      }

      // @ts-expect-error: a field
      @TracedAgent() agentField = 1;

      // @ts-expect-error: a static field that holds a class
      @TracedAgent() static agentClass = Date;

      // @ts-expect-error: a getter
      @TracedAgent() get agentValue(): object {
        return {};
      }

      // @ts-expect-error: a method
      @Sensitive() method(): void {}

      // @ts-expect-error: no parentheses
      @TracedTool forgotten(): void {}

      // @ts-expect-error: no parentheses
      @TracedAgent forgottenToo(): void {}

      // @ts-expect-error: a misspelt option
      @TracedTool({ nmae: 'x' }) misspelt(): void {}

      // @ts-expect-error: an option of another decorator
      @TracedTool({ model: 'x' }) foreign(): void {}

      // @ts-expect-error: an option of the wrong type
      @TracedTool({ name: 5 }) wrong(): void {}
    }

    // @ts-expect-error: a class for a method decorator
    @TracedTool()
    class Tool {}

    // @ts-expect-error: no parentheses
    @TracedAgent
    class Agent {}

    expectTypeOf<[Program, Tool, Agent]>().not.toBeAny();
  });
});

describe('functional twins', () => {
  it('keep the type of the function', () => {
    const identity = traceTool(<Value>(value: Value): Value => value);
    const ask = traceLLM(async (question: string) => ({ text: question, tokens: 1 }), {
      usage: (answer) => ({ outputTokens: answer.tokens }),
    });

    expectTypeOf(identity).toEqualTypeOf<<Value>(value: Value) => Value>();
    expectTypeOf(ask).toEqualTypeOf<(question: string) => Promise<{ text: string; tokens: number }>>();
    expectTypeOf(withSpan({ name: 'x' }, () => 5)).toEqualTypeOf<number>();
    expectTypeOf(withSpan('x', () => 5)).toEqualTypeOf<number>();
    // @ts-expect-error: a misspelt option
    traceTool(() => 1, { nmae: 'x' });
    // @ts-expect-error: no function
    traceTool(5);
  });
});

describe('instrument', () => {
  it('knows the methods of the class', () => {
    class Library {
      static make(): void {}
      query(): void {}
      over(a: string): string;
      over(a: number): number;
      over(a: unknown): unknown {
        return a;
      }
      generic<Value>(value: Value): Value {
        return value;
      }
      maybe?(): void;
      size = 1;
    }
    abstract class Shape {
      abstract draw(): void;
    }
    class Single {
      static readonly instance: Single = new Single();
      private constructor() {}
      query(): void {}
    }

    expectTypeOf(instrument(Library, { query: TracedTool(), make: TracedTool() })).toEqualTypeOf<() => void>();
    instrument(Library, { over: TracedTool(), generic: TracedTool(), maybe: TracedTool() });
    instrument(Shape, { draw: TracedTool() });
    instrument(Single, { query: TracedTool() });
    // @ts-expect-error: no such method of a class that makes its instances itself
    instrument(Single, { qeury: TracedTool() });
    // @ts-expect-error: a field
    instrument(Library, { size: TracedTool() });
    // @ts-expect-error: no such method
    instrument(Library, { qeury: TracedTool() });
  });
});

import {
  ConfigurationError,
  init,
  Sensitive,
  shutdown,
  Trace,
  TracedAgent,
  TracedLLM,
  TracedMessage,
  TracedTool,
  traceAgent,
  traceConversation,
  traceLLM,
  traceTool,
  Untraced,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('options of decorators', () => {
  it('name the span', () => {
    class Program {
      @TracedTool({ name: 'get_weather' }) weather() {}
    }
    const memory = recordInMemory();

    new Program().weather();

    expect(spanNamed(memory, 'get_weather').getAttribute('mlflow.spanFunctionName')).toBe('weather');
  });

  it('leave out inputs or outputs', () => {
    class Program {
      @TracedTool({ captureInputs: false }) a(x: number) {
        return x;
      }
      @TracedTool({ captureOutputs: false }) b(x: number) {
        return x;
      }
    }
    const memory = recordInMemory();
    const program = new Program();

    program.a(1);
    program.b(2);

    expect([spanNamed(memory, 'a'), spanNamed(memory, 'b')].map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [undefined, 1],
      [{ x: 2 }, undefined],
    ]);
  });

  it('hide sensitive arguments and rename arguments', () => {
    class Program {
      @TracedTool({ sensitive: ['card'], argNames: ['amount', 'card'] }) pay(_a: number, _b: { number: string }) {}
    }
    const memory = recordInMemory();

    new Program().pay(5, { number: '4111 1111' });

    expect(spanNamed(memory, 'pay').inputs).toEqual({ amount: 5, card: '[redacted]' });
  });

  it('add attributes from arguments, result, exception and object', async () => {
    class Program {
      readonly id = 'p1';
      @TracedTool({
        attributes: ({
          args,
          result,
          error,
          self,
        }: {
          args: readonly [number];
          result: number | undefined;
          error: unknown;
          self: unknown;
        }) => ({
          first: args[0],
          result,
          failed: error !== undefined,
          id: (self as Program).id,
        }),
      })
      async half(x: number) {
        if (x % 2 === 1) throw new Error('odd');
        return x / 2;
      }
    }
    const memory = recordInMemory();
    const program = new Program();

    await program.half(4);
    await program.half(3).catch(() => undefined);

    const read = memory.traces.map((trace) =>
      ['first', 'result', 'failed', 'id'].map((key) => trace.data.spans[0]?.getAttribute(key)),
    );
    expect(read).toEqual([
      [4, 2, false, 'p1'],
      [3, undefined, true, 'p1'],
    ]);
  });

  it('name model and provider, and read usage their own way', async () => {
    class Program {
      @TracedLLM({
        model: 'm-1',
        provider: 'acme',
        usage: (answer: { spent: number }) => ({ inputTokens: answer.spent, outputTokens: 1 }),
      })
      async ask() {
        return { spent: 41 };
      }
    }
    const memory = recordInMemory();

    await new Program().ask();

    const span = spanNamed(memory, 'ask');
    expect([span.getAttribute('mlflow.llm.model'), span.getAttribute('mlflow.llm.provider'), span.tokenUsage]).toEqual([
      'm-1',
      'acme',
      { inputTokens: 41, outputTokens: 1, totalTokens: 42 },
    ]);
  });

  it('name the single values of a rest parameter', () => {
    const dispatch = traceTool((...args: unknown[]) => args.length, { name: 'dispatch', argNames: ['a', 'b'] });
    const memory = recordInMemory();

    dispatch(1, 2);

    expect(spanNamed(memory, 'dispatch').inputs).toEqual({ a: 1, b: 2 });
  });

  it('need not name the model: it is read off the answer, else off the request', async () => {
    class Program {
      @TracedLLM() async answered() {
        return { model: 'm-2024' };
      }
      @TracedLLM() async asked(_request: { model: string }) {
        throw new Error('down');
      }
      @TracedLLM() async told(_text: string, model: string) {
        return model.length;
      }
    }
    const memory = recordInMemory();
    const program = new Program();

    await program.answered();
    await program.asked({ model: 'm-asked' }).catch(() => undefined);
    await program.told('x', 'm-told');

    expect(memory.traces.map((trace) => trace.data.spans[0]?.getAttribute('mlflow.llm.model'))).toEqual([
      'm-2024',
      'm-asked',
      'm-told',
    ]);
  });

  it.each([
    ['Anthropic', { type: 'message_start', message: { model: 'm-2024', content: [] } }],
    ['the responses of OpenAI', { type: 'response.created', response: { model: 'm-2024' } }],
    ['Gemini', { modelVersion: 'm-2024', candidates: [] }],
    ["Mistral's SDK", { data: { model: 'm-2024', choices: [] } }],
  ])('need not name the model of streams of %s', (_provider, first) => {
    const memory = recordInMemory();
    class Program {
      @TracedLLM() *stream() {
        yield first;
        yield { type: 'other' };
      }
    }

    Array.from(new Program().stream());

    expect(spanNamed(memory, 'stream').getAttribute('mlflow.llm.model')).toBe('m-2024');
  });

  it('need not name the model of streams whose later chunks do', () => {
    const memory = recordInMemory();
    class Program {
      @TracedLLM() *stream() {
        yield { content: 'a', response_metadata: {} };
        yield { content: 'b', response_metadata: {} };
        yield { content: '', response_metadata: { model_name: 'm-2024' } };
        yield { content: '', response_metadata: {}, usage_metadata: {} };
      }
    }

    Array.from(new Program().stream());

    expect(spanNamed(memory, 'stream').getAttribute('mlflow.llm.model')).toBe('m-2024');
  });

  it.each<[string, unknown, unknown]>([
    ['LangChain', 'hi', { content: 'a', response_metadata: { model_name: 'm-2024' } }],
    [
      'LangChain beside what it parsed',
      'hi',
      { raw: { content: 'a', response_metadata: { model: 'm-2024' } }, parsed: {} },
    ],
    ['an answer with its HTTP response', 'hi', { data: { model: 'm-2024' }, response: {} }],
    ['Gemini', 'hi', { modelVersion: 'm-2024', candidates: [] }],
    ["Gemini's older SDK", 'hi', { response: { modelVersion: 'm-2024' } }],
    ['Bedrock, where it answers so', 'hi', { modelId: 'm-2024' }],
    ['Cohere, in a message', 'hi', { message: { model: 'm-2024' } }],
    ['the AI SDK', 'hi', { steps: [{ response: { modelId: 'm-2024' } }] }],
    ['Bedrock', { modelId: 'm-2024' }, { output: {} }],
    ["a command of Bedrock's client", { middlewareStack: {}, input: { modelId: 'm-2024' } }, { output: {} }],
  ])('need not name the model of %s', async (_provider, request, answer) => {
    const memory = recordInMemory();
    class Program {
      @TracedLLM() async ask(_request: unknown) {
        return answer;
      }
    }

    await new Program().ask(request);

    expect(spanNamed(memory, 'ask').getAttribute('mlflow.llm.model')).toBe('m-2024');
  });

  it('that fail are told once and leave the call alone', () => {
    const errors: Error[] = [];
    class Program {
      @TracedLLM({
        usage: () => {
          throw new Error('usage broke');
        },
        attributes: () => {
          throw new Error('attributes broke');
        },
      })
      ask() {
        return 'fine';
      }
    }
    const memory = recordInMemory({ onError: (error) => errors.push(error) });
    const program = new Program();

    const answers = [program.ask(), program.ask()];

    expect(answers).toEqual(['fine', 'fine']);
    expect(errors.map((error) => error.name)).toEqual(['CallbackError', 'CallbackError']);
    expect(memory.traces.map((trace) => trace.info.state)).toEqual(['OK', 'OK']);
  });

  it('keep arguments as they were when the call began', async () => {
    class Program {
      @TracedTool() async add(list: number[]) {
        await Promise.resolve();
        list.push(9);
      }
    }
    const memory = recordInMemory();

    await new Program().add([1]);

    expect(spanNamed(memory, 'add').inputs).toEqual({ list: [1] });
  });
});

describe('@Sensitive', () => {
  it('hides a field wherever its object is captured', () => {
    class Account {
      owner = 'Ada';
      @Sensitive() balance = 'a lot';
    }
    class Program {
      @TracedTool() open(account: Account) {
        return { account };
      }
    }
    const memory = recordInMemory();

    new Program().open(new Account());

    expect(spanNamed(memory, 'open').inputs).toEqual({ account: { owner: 'Ada', balance: '[redacted]' } });
    expect(spanNamed(memory, 'open').outputs).toEqual({ account: { owner: 'Ada', balance: '[redacted]' } });
  });
});

describe('functional twins', () => {
  it('trace functions under their own names', async () => {
    const add = traceTool((a: number, b: number) => a + b, { name: 'add' });
    const ask = traceLLM(async function askModel(_question: string) {
      return { model: 'm-2', usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } };
    });
    const memory = recordInMemory();

    add(1, 2);
    await ask('why');

    expect(spanNamed(memory, 'add').inputs).toEqual({ a: 1, b: 2 });
    expect(spanNamed(memory, 'askModel').tokenUsage).toEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
    expect(spanNamed(memory, 'askModel').getAttribute('mlflow.llm.model')).toBe('m-2');
  });

  it('take a name that is no text for none', () => {
    const odd = Object.defineProperty(() => 1, 'name', { value: () => 'x' });
    const memory = recordInMemory();

    traceTool(odd)();

    expect(memory.traces.map((trace) => Trace.fromJSON(trace.toJSON()).data.spans[0]?.name)).toEqual(['anonymous']);
  });

  it('keep this, name and length', () => {
    const counter = {
      step: 2,
      next: traceTool(function next(this: { step: number }, from: number) {
        return from + this.step;
      }),
    };

    expect([counter.next(1), counter.next.name, counter.next.length]).toEqual([3, 'next', 1]);
  });
});

/* Misuse that the compiler refuses, as plain JavaScript would do it. */
describe('misuse in JavaScript', () => {
  const tool = TracedTool as unknown as (...args: unknown[]) => (...args: unknown[]) => unknown;
  const agent = TracedAgent as unknown as (...args: unknown[]) => (...args: unknown[]) => unknown;
  const Frozen = class Sky {
    blue() {}
    static {
      Object.freeze(Sky.prototype);
    }
  };

  it.each([
    [
      'a field, legacy',
      () => tool()({}, 'sky', undefined),
      "@TracedTool can only decorate a method, but 'sky' is a field. Make it a method, or wrap the function with traceTool().",
    ],
    [
      'a field, standard',
      () => tool()(undefined, { kind: 'field', name: 'sky' }),
      "@TracedTool can only decorate a method, but 'sky' is a field.",
    ],
    [
      'an accessor',
      () => tool()(undefined, { kind: 'accessor', name: 'sky' }),
      "@TracedTool can only decorate a method, but 'sky' is an accessor. Make it a method, or wrap the function with traceTool().",
    ],
    [
      '@TracedMessage on a field',
      () => (TracedMessage() as never as (...args: unknown[]) => unknown)({}, 'hear', undefined),
      "@TracedMessage can only decorate a method, but 'hear' is a field. Make it a method, or tell each message with recordMessage().",
    ],
    [
      '@Untraced on a field',
      () => (Untraced() as never as (...args: unknown[]) => unknown)({}, 'sky', undefined),
      "@Untraced can only decorate a method, but 'sky' is a field. Take it off: only methods are traced.",
    ],
    [
      '@Untraced on a class',
      () => (Untraced() as never as (...args: unknown[]) => unknown)(class Sky {}),
      "@Untraced can only decorate a method, but 'Sky' is a class. Decorate those of its methods that are not to be traced.",
    ],
    [
      'withSpan without a function',
      () => (withSpan as (...args: unknown[]) => unknown)('a'),
      "withSpan() runs a function, but got undefined. Give it one: withSpan('name', () => ...).",
    ],
    [
      'a getter, legacy',
      () => tool()({}, 'sky', { get: () => 1 }),
      "@TracedTool can only decorate a method, but 'sky' is a getter.",
    ],
    [
      'a getter, standard',
      () => tool()(() => 1, { kind: 'getter', name: 'sky' }),
      "@TracedTool can only decorate a method, but 'sky' is a getter.",
    ],
    [
      'a class',
      () => tool()(class Sky {}),
      "@TracedTool can only decorate a method, but 'Sky' is a class. Decorate its methods, or the class with @TracedAgent().",
    ],
    [
      'a function',
      () => tool()(() => 1),
      "@TracedTool can only decorate a method, but '' is a function. Make it a method, or wrap the function with traceTool().",
    ],
    [
      'a function for an agent',
      () => agent()(async () => 1),
      "@TracedAgent can only decorate a method, but '' is a function. Make it a method, or wrap the function with traceAgent().",
    ],
    [
      'traceConversation without a function',
      () => (traceConversation as (...args: unknown[]) => unknown)('a'),
      "traceConversation() runs a function, but got undefined. Give it one: traceConversation('name', () => ...).",
    ],
    [
      'no parentheses, legacy',
      () => tool({}, 'sky', {}),
      '@TracedTool stands without its parentheses. Write @TracedTool() instead.',
    ],
    [
      'no parentheses, standard',
      () => tool(() => 1, { kind: 'method', name: 'sky' }),
      '@TracedTool stands without its parentheses.',
    ],
    ['no parentheses on a class', () => agent(class Sky {}), '@TracedAgent stands without its parentheses.'],
    ['an unknown option', () => tool({ nmae: 'x' }), "@TracedTool has no option 'nmae'. It knows name, attributes,"],
    [
      'an option of the wrong type',
      () => tool({ name: 5 }),
      "The option 'name' of @TracedTool must be a text, but is 5.",
    ],
    [
      'a function for a name, where no agent has one',
      () => tool({ name: () => 'x' }),
      "The option 'name' of @TracedTool must be a text, but is [Function: name].",
    ],
    [
      'an empty name',
      () => traceConversation(() => 1, { name: '' }),
      "The option 'name' of traceConversation() must be a text, but is ''.",
    ],
    [
      'names of arguments that are no texts',
      () => tool({ argNames: ['a', 1] }),
      "The option 'argNames' of @TracedTool must be an array of names, but is [ 'a', 1 ].",
    ],
    [
      'methods that are no names',
      () => agent({ methods: [5] })(class Sky {}),
      "The option 'methods' of @TracedAgent must be an array of names or an object of labels, but is [ 5 ].",
    ],
    [
      'methods that do not exist',
      () => agent({ methods: ['rnu'] })(class Sky {}),
      "@TracedAgent names 'rnu' among its methods, but the class 'Sky' has no such method.",
    ],
    [
      'methods on a method',
      () => agent({ methods: ['x'] })({}, 'run', { value: () => 1 }),
      "The option 'methods' of @TracedAgent is for classes, but 'run' is a method.",
    ],
    [
      '@Untraced without parentheses',
      () => (Untraced as never as (...args: unknown[]) => unknown)({}, 'x', {}),
      '@Untraced stands without its parentheses.',
    ],
    [
      '@Sensitive on a method',
      () => (Sensitive() as never as (...args: unknown[]) => unknown)({}, 'x', { value: () => 1 }),
      "@Sensitive can only decorate a field, an accessor or a parameter, but 'x' is none.",
    ],
    [
      'the constructor among the methods',
      () => agent({ methods: ['constructor'] })(class Sky {}),
      "@TracedAgent names 'constructor' among its methods, but the class 'Sky' has no such method.",
    ],
    [
      'a class that is frozen',
      () => agent()(Frozen),
      "@TracedAgent cannot trace 'blue' of the class 'Sky': it is frozen, or cannot be redefined. Freeze the class after it is decorated",
    ],
    [
      'sensitive arguments that are neither names nor positions',
      () => tool({ sensitive: ['card', -1] }),
      "The option 'sensitive' of @TracedTool must be an array of names or positions, but is [ 'card', -1 ].",
    ],
    ['a twin without a function', () => traceTool(5 as never), 'traceTool() wraps a function, but got number.'],
  ])('%s throws a TypeError that says what to do', (_case, misuse, message) => {
    expect(misuse).toThrow(TypeError);
    expect(misuse).toThrow(message);
  });

  it('init refuses options it does not know', () => {
    expect(() => init({ exportres: [] } as never)).toThrow(ConfigurationError);
  });

  it('are checked for functions, too', () => {
    const fn = () => 1;

    expect(() => traceTool(fn, { nam: 'x' } as object)).toThrow("traceTool() has no option 'nam'. It knows name, ");
    expect(() => traceLLM(fn, { model: 5 } as object)).toThrow(
      "The option 'model' of traceLLM() must be a text, but is 5.",
    );
    expect(() => traceAgent(fn, { name: () => 'x' } as object)).toThrow(
      "The option 'name' of traceAgent() must be a text, but is [Function: name].",
    );
    expect(() => traceAgent(fn, 'x' as unknown as object)).toThrow(
      "traceAgent() takes an object of options, but got 'x'.",
    );
  });
});

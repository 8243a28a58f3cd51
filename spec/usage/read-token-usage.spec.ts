import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenUsage } from '../../lib/usage/read-token-usage.js';
import { usageFixtures } from './usage-fixtures.js';

const fixtures = usageFixtures();
const wholeAnswers = fixtures.filter(
  ({ body }) => typeof body === 'object' && body !== null && ('usage' in body || 'usageMetadata' in body),
);

describe('readTokenUsage', () => {
  it.each(fixtures)('reads $file', ({ body, expected, optional }) => {
    const usage = readTokenUsage(body);

    expect(usage === undefined ? undefined : { ...optional, ...usage }).toStrictEqual(
      expected && { ...optional, ...expected },
    );
  });

  it.each(wholeAnswers)('reads $file as the only chunk of a stream', ({ body }) => {
    expect(readTokenUsage([body])).toStrictEqual(readTokenUsage(body));
  });

  it.each(wholeAnswers)('reads $file inside { response }', ({ body }) => {
    expect(readTokenUsage({ text: 'Paris.', response: body })).toStrictEqual(readTokenUsage(body));
  });

  it.each(wholeAnswers)('reads $file inside the { data } of an HTTP client', ({ body }) => {
    expect(readTokenUsage({ status: 200, data: body })).toStrictEqual(readTokenUsage(body));
  });

  it('leaves out what is null and keeps a reported 0', () => {
    const usage = readTokenUsage({
      usage: {
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        prompt_tokens_details: { cached_tokens: null },
      },
    });

    expect(usage).toStrictEqual({ inputTokens: 0, outputTokens: 0, totalTokens: 0 });
  });

  it('works the total out when there is none', () => {
    const usage = readTokenUsage({ usage: { prompt_tokens: 19, completion_tokens: 10 } });

    expect(usage).toStrictEqual({ inputTokens: 19, outputTokens: 10, totalTokens: 29 });
  });

  it('reads a TokenUsage of this package, whose input includes the cached tokens', () => {
    const usage = {
      inputTokens: 100,
      outputTokens: 20,
      totalTokens: 120,
      cacheReadInputTokens: 60,
      reasoningTokens: 5,
    };

    expect(readTokenUsage({ text: 'Paris.', usage })).toStrictEqual(usage);
  });

  it('reads a TokenUsage of this package that has no count but those of the cache', () => {
    const usage = { inputTokens: 100, outputTokens: 20, totalTokens: 120, cacheReadInputTokens: 60 };

    expect(readTokenUsage({ usage })).toStrictEqual(usage);
  });

  it('reads the names of MLflow', () => {
    const usage = { input_tokens: 100, output_tokens: 20, total_tokens: 120, cache_read_input_tokens: 60 };

    expect(readTokenUsage({ usage })).toStrictEqual({
      inputTokens: 100,
      outputTokens: 20,
      totalTokens: 120,
      cacheReadInputTokens: 60,
    });
  });

  it('reads a usage that is handed over on its own', () => {
    const usage = readTokenUsage({ prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 });

    expect(usage).toStrictEqual({ inputTokens: 19, outputTokens: 10, totalTokens: 29 });
  });

  it('takes the answer of a token counter for no usage', () => {
    expect(readTokenUsage({ input_tokens: 2095 })).toBeUndefined();
  });

  it('goes on to the next place when the first holds no counts', () => {
    const usage = readTokenUsage({ usage: {}, response: { usage: { input_tokens: 3, output_tokens: 4 } } });

    expect(usage).toStrictEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
  });

  it('looks into what LangChain gives beside a structured output', () => {
    const usage_metadata = {
      input_tokens: 10,
      output_tokens: 5,
      total_tokens: 15,
      input_token_details: { cache_read: 4 },
    };

    expect(readTokenUsage({ raw: { content: '', usage_metadata }, parsed: { city: 'Rome' } })).toStrictEqual({
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cacheReadInputTokens: 4,
    });
  });

  it('reads the one message that a node of LangGraph gives, and none of several', () => {
    const message = { content: 'a', usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } };

    expect(readTokenUsage({ messages: [message] })?.totalTokens).toBe(15);
    expect(readTokenUsage({ messages: [message, message] })).toBeUndefined();
    expect(readTokenUsage({ messages: message })).toBeUndefined();
  });

  it('adds the answers of several calls', () => {
    const usage = readTokenUsage([
      {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      },
      {
        id: 'chatcmpl-2',
        object: 'chat.completion',
        usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
      },
    ]);

    expect(usage).toStrictEqual({ inputTokens: 11, outputTokens: 22, totalTokens: 33 });
  });

  it.each([
    ['a string', 'Paris.'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 42],
    ['an empty object', {}],
    ['an empty array', []],
    ['a usage of an unknown shape', { usage: { credits: 3 } }],
    ['a usage in words', { usage: 'a lot' }],
    ['a usage to come', { usage: Promise.resolve({ inputTokens: 1, outputTokens: 2 }) }],
    ['a usage deep inside', { a: { b: { usage: { prompt_tokens: 1, completion_tokens: 2 } } } }],
    ['an inherited usage', Object.create({ usage: { prompt_tokens: 1, completion_tokens: 2 } })],
    ['the seconds of a transcription', { text: 'Hi', usage: { type: 'duration', seconds: 3 } }],
    ['cached tokens alone', { usage: { prompt_tokens_details: { cached_tokens: 5 }, prompt_tokens: null } }],
    [
      'the numbers the AI SDK 4 gave for an unknown usage',
      { usage: { promptTokens: Number.NaN, completionTokens: Number.NaN } },
    ],
    ['a list as long as a list can be', Array(2 ** 32 - 1)],
  ])('finds none in %s', (_what, result) => {
    expect(readTokenUsage(result)).toBeUndefined();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 53, 1.5, '12', 12n, true, {}, Symbol('12')])(
    'passes over a count of %s',
    (hostile) => {
      const usage = readTokenUsage({
        usage: {
          prompt_tokens: hostile,
          completion_tokens: 10,
          total_tokens: hostile,
          prompt_tokens_details: { cached_tokens: hostile },
        },
      });

      expect(usage).toStrictEqual({ inputTokens: 0, outputTokens: 10, totalTokens: 10 });
    },
  );

  it('finds none where every count is hostile', () => {
    expect(readTokenUsage({ usage: { input_tokens: -5, output_tokens: '3' } })).toBeUndefined();
  });

  it('keeps -0 out', () => {
    expect(readTokenUsage({ usage: { prompt_tokens: -0, completion_tokens: 1 } })).toStrictEqual({
      inputTokens: 0,
      outputTokens: 1,
      totalTokens: 1,
    });
  });

  it('stays within safe integers when cached tokens are added', () => {
    const most = Number.MAX_SAFE_INTEGER;

    const usage = readTokenUsage({ usage: { input_tokens: most, output_tokens: most, cache_read_input_tokens: most } });

    expect(usage).toStrictEqual({
      inputTokens: most,
      outputTokens: most,
      totalTokens: most,
      cacheReadInputTokens: most,
    });
  });

  it('calls no accessor', () => {
    let calls = 0;
    const get = () => {
      calls += 1;
      throw new Error('The stream is being consumed');
    };
    const acting = Object.defineProperty({}, 'usage', { get, enumerable: true });
    const counting = Object.defineProperty({ inputTokens: 1 }, 'outputTokens', { get, enumerable: true });

    const usages = [acting, Object.create(acting), { response: acting }, { usage: counting }].map(readTokenUsage);

    expect(usages).toStrictEqual([
      undefined,
      undefined,
      undefined,
      { inputTokens: 1, outputTokens: 0, totalTokens: 1 },
    ]);
    expect(calls).toBe(0);
  });

  it('finds none in objects that answer no question', () => {
    const refusing = new Proxy({}, refusals());
    const { proxy: revoked, revoke } = Proxy.revocable([], {});
    revoke();

    const usages = [refusing, revoked, [refusing, revoked], { usage: refusing }, { response: revoked }].map(
      readTokenUsage,
    );

    expect(usages).toStrictEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('finds none in a circle', () => {
    const circle: Record<string, unknown> = {};
    for (const name of ['usage', 'response', 'message', 'data', 'state', 'generations', 'meta', 'chunk'])
      circle[name] = circle;

    expect(readTokenUsage(circle)).toBeUndefined();
  });

  it('gives safe counts or none, and never throws, whatever it is given', () => {
    const counts = fc.oneof(fc.anything({ maxDepth: 1 }), fc.nat(), fc.constantFrom(...hostileNumbers));
    const usages = fc.dictionary(
      fc.constantFrom(...knownNames),
      fc.oneof(counts, fc.dictionary(fc.constantFrom(...knownNames), counts)),
    );
    const results = fc.dictionary(
      fc.constantFrom(...knownPlaces),
      fc.oneof(usages, fc.dictionary(fc.constantFrom(...knownPlaces), usages)),
    );

    fc.assert(
      fc.property(fc.oneof(results, usages, fc.array(results), fc.anything({ withNullPrototype: true })), (result) => {
        const usage = readTokenUsage(result);

        expect(
          usage === undefined || Object.values(usage).every((count) => Number.isSafeInteger(count) && count >= 0),
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function refusals(): ProxyHandler<object> {
  const refuse = () => {
    throw new Error('No');
  };
  return { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse, getPrototypeOf: refuse };
}

const hostileNumbers = [-1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, 0.5];
const knownPlaces = [
  ...[
    'usage',
    'totalUsage',
    'usageMetadata',
    'usage_metadata',
    'x_groq',
    'response_metadata',
    'message',
    'response',
    'data',
    'delta',
  ],
  ...[
    'metadata',
    'generations',
    'llmOutput',
    'state',
    'meta',
    'body',
    'chunk',
    'eval_count',
    'generation_token_count',
    'type',
  ],
];
const knownNames = [
  ...[
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'prompt_tokens_details',
    'cached_tokens',
    'input_tokens',
    'output_tokens',
  ],
  ...[
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cache_creation',
    'ephemeral_1h_input_tokens',
    'input_token_details',
  ],
  ...[
    'inputTokens',
    'outputTokens',
    'totalTokens',
    'cacheReadInputTokens',
    'cacheWriteInputTokens',
    'cacheDetails',
    'inputDetails',
  ],
  ...[
    'inputTokensDetails',
    'outputTokensDetails',
    'promptTokenCount',
    'candidatesTokenCount',
    'tokens',
    'billed_units',
    'total',
    'details',
  ],
  ...[
    'llm.token_count.prompt',
    'gen_ai.usage.input_tokens',
    'results',
    'bytes',
    'total_input_tokens',
    'cache_read',
    '__proto__',
  ],
];

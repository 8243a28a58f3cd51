import {
  getCurrentSpan,
  shutdown,
  TracedAgent,
  traceToLine,
  traceTool,
  updateCurrentTrace,
  withSession,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';
import { recordInMemory } from '../../support/recording.js';

const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

describe('texts that look like secrets', () => {
  it.each<[string, string]>([
    ['Use sk-abcdefghijklmnopqrst now', 'Use [redacted] now'],
    ['key sk-proj-Abc_123-def456ghi789jkl.', 'key [redacted].'],
    ['sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa', '[redacted]'],
    ['id AKIAIOSFODNN7EXAMPLE, region', 'id [redacted], region'],
    ['Bearer abc.def-ghi', 'Bearer [redacted]'],
    ['header "Authorization: Basic dXNlcjpwYXNz" sent', 'header "Authorization: [redacted]" sent'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123 end', 'jwt [redacted] end'],
    ['postgres://user:p4ss@db.example.com:5432/app', 'postgres://user:[redacted]@db.example.com:5432/app'],
    ['https://example.com/?a=1&key=abc123&b=2', 'https://example.com/?a=1&key=[redacted]&b=2'],
    ['https://example.com/x?sig=abc%2F1#top', 'https://example.com/x?sig=[redacted]'],
    ['password=hunter2 user=ada', 'password=[redacted] user=ada'],
    ['db.user=ada db.password=hunter2', 'db.user=ada db.password=[redacted]'],
    ['DB_PASSWORD=hunter2 PGPASSWORD=hunter2 psql', 'DB_PASSWORD=[redacted] PGPASSWORD=[redacted] psql'],
    ['MYSQL_PWD=hunter2 userPwd: "hunter2"', 'MYSQL_PWD=[redacted] userPwd: "[redacted]"'],
    [
      'OPENAI_KEY=hunter2 SENTRY_DSN=hunter2 REDIS_AUTH=hunter2',
      'OPENAI_KEY=[redacted] SENTRY_DSN=[redacted] REDIS_AUTH=[redacted]',
    ],
    ['--pwd hunter2', '--pwd [redacted]'],
    ['run --password "in the garden"', 'run --password "[redacted]"'],
    ['run --token=hunter2 --name=ada', 'run --token=[redacted] --name=ada'],
    ['run --password hunter2 --api-key "hunter 2" -v', 'run --password [redacted] --api-key "[redacted]" -v'],
    [
      'AccountName=ada;AccountKey=aHVudGVyMg==;EndpointSuffix=x',
      'AccountName=ada;AccountKey=[redacted];EndpointSuffix=x',
    ],
    ['curl -s -u ada:hunter2 https://x.example', 'curl -s -u ada:[redacted] https://x.example'],
    ["curl --user 'ada:hunter2' https://x.example", "curl --user 'ada:[redacted]' https://x.example"],
    ['password_1=hunter2, "token2": "hunter2"', 'password_1=[redacted], "token2": "[redacted]"'],
    ['{"password":"hunter2","user":"ada"}', '{"password":"[redacted]","user":"ada"}'],
    ['{\\"api_key\\": \\"abc\\", \\"n\\": 1}', '{\\"api_key\\": \\"[redacted]\\", \\"n\\": 1}'],
    ['api_key: abcdef\nnext: line', 'api_key: [redacted]\nnext: line'],
    ['Authorization Basic dXNlcjpwYXNz sent', 'Authorization Basic [redacted] sent'],
    ['curl -H "x: bearer abcdef0123456789abcdef"', 'curl -H "x: bearer [redacted]"'],
    ['{"password":"hun\\"ter2","user":"ada"}', '{"password":"[redacted]","user":"ada"}'],
    ['{\\"token\\":\\"a\\\\\\"b\\",\\"n\\":1}', '{\\"token\\":\\"[redacted]\\",\\"n\\":1}'],
    ['mysql://root:p@ss/w0rd@db/app', 'mysql://root:[redacted]@db/app'],
    ['https://0123456789abcdef0123@sentry.example/1', 'https://[redacted]@sentry.example/1'],
    ['see https://a:b@c.d/e, http://f:g@h/', 'see https://a:[redacted]@c.d/e, http://f:[redacted]@h/'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- after', '[redacted] after'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
    expect(capture.text(text, 'x')).toBe(expected);
  });

  it.each([
    'The password is a secret: nobody knows the token, but the key is under the mat.',
    'https://example.com/a?b=1&page=2',
    'http://localhost:5173/@vite/client and ssh://git@example.com/repo',
    'https://example.com/@ada?time=12:30',
    'Basic rules apply; the bearer certificate is lost; a Basic income',
    'call_c6yxFtlEcZ783Xm1wO8wivBB',
    'chatcmpl-sUxqDVTAU3G2oSaOmZuD9n5gcSbQV',
    'gpt-4o-mini-2024-07-18',
    '3d550add-6858-438c-93b1-cc763aeb38e8',
    'C:\\Users\\ada\\file.txt; time 12:30:45; ratio 3:4; a=b; x == y',
    '{"max_tokens":100,"prompt_tokens":5,"total_tokens":105}',
    'Prices: 5 EUR. Note: see section 4. Mail ada@example.com',
    'Use --password to log in, --token <token> or --token $TOKEN, --no-password -v; a -- b ---- c',
    'docker run -u 1000:1000 -v a:b image; git log -u path:line',
    'curl -u ada https://x.example; docker run -u 1000:1000 image',
    '{"max_tokens":100,"tokenUsage":"5","nextPageToken":"abc","passed":"3","compass":"N","secretary":"Ada"}',
    '{"token":"Hello","logprob":-0.1,"bytes":[72]}',
    'class Foo { constructor(private readonly bar: Bar) {} }',
  ])('%s stays', (text) => {
    expect(read(text)).toBe(text);
  });
});

describe('secrets that stand beside their names', () => {
  it('are found in lists of pairs, maps with keys of several kinds, and records that say name and value', () => {
    expect(
      read([
        ['password', 'x'],
        ['user', 'ada'],
      ]),
    ).toEqual([
      ['password', '[redacted]'],
      ['user', 'ada'],
    ]);
    expect(
      read(
        new Map<unknown, unknown>([
          [1, 'one'],
          ['api_key', 'x'],
        ]),
      ),
    ).toEqual([
      [1, 'one'],
      ['api_key', '[redacted]'],
    ]);
    expect(read({ headers: [{ name: 'Authorization', value: 'x' }] })).toEqual({
      headers: [{ name: 'Authorization', value: '[redacted]' }],
    });
    expect(read({ name: 'size', value: 'x' })).toEqual({ name: 'size', value: 'x' });
  });

  it('are found in large values alike', () => {
    const filler = Array.from({ length: 100 }, (_, index) => `item ${index}`);

    expect(capture.value({ filler, pairs: [['password', 'canary']] }, 'x')).not.toContain('canary');
    expect(capture.value({ filler, header: { key: 'cookie', value: 'canary' } }, 'x')).not.toContain('canary');
  });
});

describe('messages of a conversation', () => {
  it('are looked through again when they have changed', () => {
    const message = { role: 'user', content: 'a long and harmless text. '.repeat(40) };
    const history = [message, { role: 'assistant', content: 'another one. '.repeat(40) }];
    const before = capture.value(history, 'x');

    message.content = message.content.replace('harmless', 'sk-abcdefghijklmnopqrst');

    expect(before).toContain('harmless');
    expect(capture.value(history, 'x')).not.toContain('sk-abc');
    expect(capture.value(history, 'x')).toContain('[redacted]');
  });
});

describe('looking for secrets', () => {
  it.each([
    ['eyJ', 'eyJ'.repeat(100_000)],
    ['an endless media type', `data:a/${'a'.repeat(3_000_000)};base64,`],
    ['many signs', 'pin={'.repeat(60_000)],
    ['many URLs', '://a:'.repeat(60_000)],
    ['many addresses', '://@'.repeat(300_000)],
    ['many dashes', '-'.repeat(300_000)],
    ['many options', '--password '.repeat(60_000)],
    ['many users', 'curl -u '.repeat(60_000)],
    ['many quotes', `"token":"${'\\"'.repeat(60_000)}`],
  ])('costs no more than the length of the text: %s', (_case, text) => {
    const large = new Capture({ limits: { maxStringLength: 10_000_000, maxSpanLength: 10_000_000 } });
    const since = process.cpuUsage();

    large.value(text, 'x');

    // Quadratic it would take minutes; this is a guard against a hang, not a measurement.
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(10);
  });
});

describe('names of secrets', () => {
  it('hide attributes, events, tags and metadata as well, and agents are not named after secrets', () => {
    const memory = recordInMemory();
    class Agent {
      readonly name = 'sk-abcdefghijklmnopqrstuvwx';
      @TracedAgent() run() {
        getCurrentSpan()
          .setAttribute('password', 'canary')
          .setAttribute('http.request.header.cookie', ['canary'])
          .addEvent('e', { api_key: 'canary', list: ['fine'] });
        updateCurrentTrace({ tags: { password: 'canary' }, metadata: { api_key: 'canary' } });
      }
    }

    new Agent().run();

    const line = memory.traces.map(traceToLine).join();
    expect(line).not.toContain('canary');
    expect(line).not.toContain('sk-abcdef');
    expect(line).toContain('fine');
  });
});

describe("a user's own redaction", () => {
  it('is asked for whatever is written as a text', () => {
    class Agent {
      readonly name = 'agent canary';
      @TracedAgent() run(..._args: unknown[]) {}
    }
    const memory = recordInMemory({
      redact: (value) => (typeof value === 'string' ? value.replaceAll('canary', '***') : value),
    });
    function canary() {}

    new Agent().run(new URL('https://x.y/canary'), /canary/, Symbol('canary'), canary, new Agent(), [canary]);

    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });

  it('is asked without making traces of its own', () => {
    const judge = traceTool((value: unknown) => value, { name: 'judge' });
    const memory = recordInMemory({ redact: (value) => judge(value) });
    const outer = traceTool((value: { toJSON(): unknown }) => value, { name: 'outer' });
    class Told {
      toJSON(): unknown {
        return judge('told');
      }
    }

    outer(new Told());

    expect(memory.traces.map(({ data }) => data.spans.map(({ name }) => name))).toEqual([['outer']]);
  });

  it('sees each leaf with its path, and what it returns stands there', () => {
    const seen: string[] = [];
    const own = new Capture({
      redact: (value, path) => {
        seen.push(path);
        return typeof value === 'string' ? value.toUpperCase() : value;
      },
    });

    expect(JSON.parse(own.value({ a: ['x', 1], b: { c: null } }, 'inputs'))).toEqual({ a: ['X', 1], b: { c: null } });
    expect(seen).toEqual(['inputs.a[0]', 'inputs.a[1]', 'inputs.b.c']);
    expect(own.text('shout', 'name')).toBe('SHOUT');
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
      '[redaction failed]',
    ],
    ['returns a promise', async () => 'late', '[redaction failed]'],
    ['returns nothing', () => undefined, '[redacted]'],
    ['returns what cannot be read', revoked, '[redaction failed]'],
  ])('that %s lets nothing through', (_case, redact, mark) => {
    expect(JSON.parse(new Capture({ redact }).value({ a: 'canary' }, 'x'))).toEqual({ a: mark });
  });

  it('does not replace the rules for secrets', () => {
    expect(
      JSON.parse(new Capture({ redact: (value) => value }).value({ password: 'x', t: 'Bearer abcdefgh' }, 'x')),
    ).toEqual({ password: '[redacted]', t: 'Bearer [redacted]' });
  });
});

describe('redactSecrets: false', () => {
  it('leaves everything as it is', () => {
    const value = { password: 'hunter2', text: 'Bearer abcdefgh' };

    expect(JSON.parse(new Capture({ redactSecrets: false }).value(value, 'x'))).toEqual(value);
  });
});

/** Made up, in the shapes of well-known services. */
const tail = 'Zq7Xw3Vb9Nm2Kp5Lr8Ts1Yd4';
const canaries = [
  ...[
    'sk-',
    'sk-proj-',
    'sk-ant-api03-',
    'sk-or-v1-',
    'pk-lf-',
    'sk-lf-',
    'gsk_',
    'xai-',
    'pplx-',
    'tvly-',
    'nvapi-',
    'hf_',
    'r8_',
    'npm_',
  ].map((start) => start + tail),
  ...[
    'ghp_',
    'gho_',
    'ghu_',
    'ghs_',
    'ghr_',
    'github_pat_',
    'glpat-',
    'xoxb-',
    'xoxp-',
    'xapp-',
    'sk_live_',
    'rk_live_',
    'pk_live_',
    'sk_test_',
    'whsec_',
  ].map((start) => start + tail),
  ...['AKIA', 'ASIA'].map((start) => `${start}IOSFODNN7EXAMPLE`),
  `AIza${tail}${tail}`.slice(0, 39),
  `ya29.${tail}`,
  `dapi${'0123456789abcdef'.repeat(2)}`,
  `dop_v1_${'0123456789abcdef'.repeat(4)}`,
  `shpat_${tail}`,
  `lsv2_pt_${tail}`,
  `SG.${tail}.${tail}`,
  `eyJ${tail}.eyJ${tail}.${tail}`,
];

afterEach(async () => {
  await shutdown();
});

describe('a canary', () => {
  it.each(canaries)('%s is found nowhere in a trace, wherever it stood', async (secret) => {
    const memory = recordInMemory();
    const fail = traceTool(
      (..._args: unknown[]) => {
        getCurrentSpan()
          .setAttribute('note', `it was ${secret}`)
          .setAttributes({ list: [secret] })
          .addEvent(`event ${secret}`, { detail: secret })
          .updateName(`call ${secret}`)
          .setStatus({ code: 2, message: secret });
        updateCurrentTrace({ tags: { tag: secret }, metadata: { fact: secret }, name: secret });
        throw new Error(`bad key ${secret}`, { cause: new TypeError(`cause ${secret}`) });
      },
      { name: 'fail' },
    );
    const stream = traceTool(
      async function* () {
        yield `chunk ${secret}`;
        return { final: secret };
      },
      { name: 'stream' },
    );

    const places = [
      secret,
      `in ${secret}, a text`,
      { deep: [{ er: secret }] },
      new Map([[secret, secret]]),
      new Set([secret]),
      new Error(secret),
    ];
    const more = [
      new URL(`https://x.example/${secret}`),
      new (class {
        toJSON = () => secret;
        field = secret;
      })(),
      JSON.stringify({ secret }),
      { [secret]: 1 },
    ];
    withSession({ session: `s ${secret}`, user: secret }, () => expect(() => fail(...places, ...more)).toThrow(secret));
    for await (const _chunk of stream()) void _chunk;

    expect(memory.traces).toHaveLength(2);
    expect(memory.traces.map(traceToLine).join('\n')).not.toContain(secret);
  });

  it('there are enough of them', () => {
    expect(new Set(canaries).size).toBeGreaterThanOrEqual(38);
  });
});

describe('the patterns', () => {
  it.each([
    'a'.repeat(1_000_000),
    'a-'.repeat(500_000),
    'sk-'.repeat(333_333),
    'eyJ.'.repeat(250_000),
    'password='.repeat(111_111),
    '"password":"'.repeat(83_333),
    'Bearer '.repeat(142_857),
    '://a:'.repeat(200_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(37_037),
    'data:;base64,'.repeat(76_923),
    '=\\"'.repeat(333_333),
  ])('stay linear on a million characters of their worst case (%#)', (text) => {
    const since = process.cpuUsage();

    new Capture({ limits: { maxStringLength: 2_000_000, maxSpanLength: 4_000_000 } }).value(text, 'x');

    // Generous: a pattern that is not linear takes minutes here.
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(10);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const capture = new Capture();
const read = (value: unknown): unknown => JSON.parse(capture.value(value, 'x'));

class Point {
  readonly x = 1;
  readonly #hidden = 2;
  readonly label: string | undefined;
  method = () => this.#hidden;
  get computed(): number {
    throw new Error('called');
  }
}

class Counting extends Map<string, number> {
  override get size(): number {
    throw new Error('called');
  }
}

class Money {
  readonly cents = 5;
  toJSON() {
    return { euro: this.cents / 100 };
  }
}

class ApiError extends Error {
  readonly status = 429;
}

const circular: Record<string, unknown> = { name: 'loop' };
circular['self'] = circular;
const shared = { a: 1 };

function buffering(chunk: string): PassThrough {
  const stream = new PassThrough({ objectMode: true });
  stream.write({ chunk });
  return stream;
}

function aRequest(read: object = {}): IncomingMessage {
  const headers = { authorization: 'Basic canary' };
  return Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/a', headers }, read);
}

describe('a captured value', () => {
  it.each<[string, unknown, unknown]>([
    ['plain data', { a: [1, 'b', null, true, { c: 1.5 }] }, { a: [1, 'b', null, true, { c: 1.5 }] }],
    ['undefined', undefined, null],
    ['undefined inside', { a: undefined, b: [undefined] }, { b: [null] }],
    ['NaN', Number.NaN, 'NaN'],
    ['infinities', [Infinity, -Infinity], ['Infinity', '-Infinity']],
    ['minus zero', -0, -0],
    ['a bigint', 9007199254740993n, '9007199254740993n'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function named() {}, '[function named]'],
    [
      'an arrow',
      (
        () => () =>
          1
      )(),
      '[function]',
    ],
    ['a class', Point, '[class Point]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), '[invalid Date]'],
    ['a regular expression', /a+/gi, '/a+/gi'],
    ['a URL', new URL('https://example.com/a?b=1'), 'https://example.com/a?b=1'],
    ['search parameters', new URLSearchParams('a=1&b=2'), { a: '1', b: '2' }],
    [
      'an error',
      new ApiError('slow down', { cause: new TypeError('inner') }),
      { type: 'ApiError', message: 'slow down', cause: { type: 'TypeError', message: 'inner' }, status: 429 },
    ],
    [
      'an aggregate',
      new AggregateError([new Error('a')], 'all'),
      { type: 'AggregateError', message: 'all', errors: [{ type: 'Error', message: 'a' }] },
    ],
    [
      'what fetch() throws when it is aborted',
      new DOMException('too slow', { name: 'TimeoutError', cause: new Error('a') }),
      { type: 'TimeoutError', message: 'too slow', cause: { type: 'Error', message: 'a' } },
    ],
    [
      'an error whose name is a getter that throws',
      new (class Odd extends Error {
        override get name(): string {
          throw new Error('no');
        }
      })('a'),
      { type: 'Odd', message: 'a' },
    ],
    [
      'parameters of a query',
      new URLSearchParams('a=1&b=2&a=3&token=t&a=4'),
      { a: ['1', '3', '4'], b: '2', token: '[redacted]' },
    ],
    ['a map of texts', new Map([['a', 1]]), { a: 1 }],
    ['a map of anything', new Map<unknown, unknown>([[{ k: 1 }, 'v']]), [[{ k: 1 }, 'v']]],
    ['a set', new Set([1, 'b']), [1, 'b']],
    ['a map that counts for itself', new Counting([['a', 1]]), { a: 1 }],
    ['a typed array', new Float64Array([1, 2.5]), '[Float64Array of 2: 1, 2.5]'],
    ['a long typed array', new Uint8Array(1000), `[Uint8Array of 1000: ${Array(16).fill(0).join(', ')}, ...]`],
    ['a buffer', Buffer.from('secret bytes'), '[Buffer of 12 bytes]'],
    ['an array buffer', new ArrayBuffer(8), '[ArrayBuffer of 8 bytes]'],
    ['a shared array buffer', new SharedArrayBuffer(8), '[SharedArrayBuffer of 8 bytes]'],
    ['a data view', new DataView(new ArrayBuffer(3)), '[DataView of 3 bytes]'],
    [
      'a request',
      new Request('https://example.com/', { method: 'PUT' }),
      { method: 'PUT', url: 'https://example.com/' },
    ],
    ['a response', new Response('x', { status: 201 }), { status: 201, url: '' }],
    ['headers', new Headers({ accept: 'a/b' }), { accept: 'a/b' }],
    ['an abort signal', new AbortController().signal, '[AbortSignal]'],
    ['an aborted signal', AbortSignal.abort(), '[AbortSignal aborted]'],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['a weak map', new WeakMap(), '[WeakMap]'],
    ['a weak reference', new WeakRef({}), '[WeakRef]'],
    ['a web stream', new ReadableStream(), '[ReadableStream]'],
    ['a stream of Node with a chunk in it', buffering('canary'), '[PassThrough]'],
    ['a socket', new Socket(), '[Socket]'],
    [
      'a request to a server',
      aRequest({ body: { id: 7, password: 'canary' } }),
      { method: 'GET', url: '/a', body: { id: 7, password: '[redacted]' } },
    ],
    ['the response of a server', new ServerResponse(aRequest()), '[ServerResponse]'],
    ['an emitter that is no stream', Object.assign(new EventEmitter(), { _events: undefined }), { _eventsCount: 0 }],
    [
      'a generator',
      (function* () {
        yield 1;
      })(),
      '[Generator]',
    ],
    [
      'an async generator',
      (async function* () {
        yield 1;
      })(),
      '[AsyncGenerator]',
    ],
    ['an iterator', [1].values(), '[Array Iterator]'],
    ['boxed values', [Object(1), Object('a'), Object(true), Object(2n)], [1, 'a', true, '2n']],
    ['an instance', new Point(), { x: 1, method: '[function method]' }],
    ['an instance with toJSON', new Money(), { euro: 0.05 }],
    ['toJSON on plain data', { toJSON: () => 'called' }, { toJSON: '[function toJSON]' }],
    [
      'toJSON that throws',
      new (class {
        toJSON() {
          throw new Error('no');
        }
      })(),
      '[unserializable]',
    ],
    [
      'a getter',
      {
        get a() {
          throw new Error('called');
        },
        b: 1,
      },
      { a: '[getter]', b: 1 },
    ],
    ['a circle', circular, { name: 'loop', self: '[circular]' }],
    ['what is shared', [shared, shared], [{ a: 1 }, { a: 1 }]],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'an array of another realm',
      vm.runInNewContext('[1, new Date(0), new Map([["a", 1]])]'),
      [1, '1970-01-01T00:00:00.000Z', { a: 1 }],
    ],
    ['symbol keys', { [Symbol('k')]: 1, a: 2 }, { a: 2 }],
    ['half a surrogate pair', 'a\ud800b', 'a\uFFFDb'],
    ['control characters', '\u0000\u2028"\\', '\u0000\u2028"\\'],
    [
      'a thenable',
      {
        then: () => {
          throw new Error('called');
        },
      },
      { then: '[function then]' },
    ],
    ['a sparse array', Object.assign([1], { 2: 3 }), [1, null, 3]],
    ['a getter in a list', withGetter(['a', 'b']), ['a', 'b', '[getter]']],
    ['a getter in a long list', withGetter(['a word '.repeat(100), 2]), ['a word '.repeat(100), 2, '[getter]']],
    [
      'what can only be set in a list',
      Object.defineProperty([1], 1, { set: () => undefined, enumerable: true }),
      [1, null],
    ],
  ])('%s', (_case, value, expected) => {
    expect(read(value)).toStrictEqual(expected);
  });

  it.each([
    ['small', ['a', 'b', 'c']],
    ['large', ['a word '.repeat(100), 2, 3]],
  ])('asks no trap of a proxy for the items of a %s list', (_size, list) => {
    const asked: PropertyKey[] = [];
    const proxy = new Proxy(list, {
      get: (target, key, receiver) => {
        asked.push(key);
        return Reflect.get(target, key, receiver);
      },
    });

    expect(read(proxy)).toEqual(list);
    expect(asked.filter((key) => /^\d+$/.test(String(key)))).toEqual([]);
  });

  it.each([
    ['small', { note: 'a' }],
    ['large', { note: 'a word '.repeat(200) }],
    ['large and nested', { nested: { note: 'a word '.repeat(200) } }],
  ])(
    'asks no trap of a proxy for the fields of a %s record: it may give away what no rule has seen',
    (_size, record) => {
      const hiding = (target: object): object =>
        new Proxy(target, {
          get: (held, key) => {
            const value: unknown = Reflect.get(held, key);
            return typeof value === 'object' && value !== null
              ? hiding(value)
              : 'Bearer abcdefghijklmnopqrstuvwxyz0123456789';
          },
        });

      expect(read(hiding(record))).toEqual(record);
    },
  );

  it.each([
    ['record', { a: 1, value: 'x' }],
    ['list', [1, 'x', 2]],
  ])('lists the keys of a proxy of a %s once at the most', (_case, target) => {
    const asked: string[] = [];
    const note = (trap: string): void => void asked.push(trap);
    const proxy: unknown = new Proxy(target, {
      ownKeys: (held) => (note('ownKeys'), Reflect.ownKeys(held)),
      getPrototypeOf: (held) => (note('getPrototypeOf'), Reflect.getPrototypeOf(held)),
    });

    read(proxy);

    expect(asked).toEqual([...new Set(asked)]);
  });

  it.each([
    ['small', 'a'],
    ['large', 'a word '.repeat(200)],
  ])('calls no getter of a list of two in a %s record, although it may be the name of a secret', (_size, note) => {
    let calls = 0;
    const pair = Object.defineProperty(['a', 'b'], 0, {
      get: () => {
        calls += 1;
        return 'a';
      },
      enumerable: true,
    });

    expect(read({ note, pair })).toEqual({ note, pair: ['[getter]', 'b'] });
    expect(calls).toBe(0);
  });

  it('may have any key, also __proto__', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}') as object;

    const json = capture.value(value, 'x');

    expect(json).toBe('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('that cannot be read costs itself only', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );

    expect(read({ before: 1, proxy, hostile, after: 2 })).toEqual({
      before: 1,
      proxy: '[unserializable]',
      hostile: '[unserializable]',
      after: 2,
    });
    expect(read(['before', proxy, hostile, 'after'])).toEqual([
      'before',
      '[unserializable]',
      '[unserializable]',
      'after',
    ]);
  });

  it('is the same in large data, which takes another way', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
    const large = {
      list: Array.from({ length: 50 }, (_, index) => ({ text, index, odd: index === 25 ? Number.NaN : index })),
    };

    expect(read(large)).toEqual({
      list: large.list.map((item) => ({ ...item, odd: item.index === 25 ? 'NaN' : item.odd })),
    });
  });

  it.each<[string, unknown, unknown]>([
    ['a data URL', { image: `data:image/png;base64,${'A'.repeat(4000)}` }, { image: '[image/png, 2.9 KB]' }],
    [
      "Anthropic's media",
      { type: 'base64', media_type: 'image/jpeg', data: 'QUJD'.repeat(100) },
      { type: 'base64', media_type: 'image/jpeg', data: '[image/jpeg, 300 B]' },
    ],
    [
      "Gemini's media",
      { inlineData: { mimeType: 'audio/wav', data: 'QUJD'.repeat(100) } },
      { inlineData: { mimeType: 'audio/wav', data: '[audio/wav, 300 B]' } },
    ],
    [
      "OpenAI's audio",
      { input_audio: { data: 'QUJD'.repeat(100), format: 'mp3' } },
      { input_audio: { data: '[audio/mp3, 300 B]', format: 'mp3' } },
    ],
    [
      'sound that begins with a silence, as a model speaks it',
      { id: 'audio_1', data: Buffer.concat([Buffer.alloc(3000), Buffer.from('voice'.repeat(300))]).toString('base64') },
      { id: 'audio_1', data: '[base64, 4.4 KB]' },
    ],
    ['bare base64', Buffer.from('a picture of a boat'.repeat(150)).toString('base64'), '[base64, 2.8 KB]'],
    [
      'a data URL inside a text',
      `see ![x](data:image/png;base64,${'A'.repeat(4000)}) there`,
      'see ![x]([image/png, 2.9 KB]) there',
    ],
    [
      'what is too large to be gone through, by its beginning and its end,',
      `${'QUJD'.repeat(300_000)} ${'q83v'.repeat(300_000)}`,
      '[base64, 1.7 MB]',
    ],
    ['a text that is no media', { data: 'just words' }, { data: 'just words' }],
  ])('%s is marked with type and size', (_case, value, expected) => {
    expect(read(value)).toEqual(expected);
  });
});

function withGetter(list: unknown[]): unknown[] {
  const get = (): never => {
    throw new Error('called');
  };
  return Object.defineProperty(list, list.length, { get, enumerable: true });
}

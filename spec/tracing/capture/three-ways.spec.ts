import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

const words = [
  ...['password', '--password', 'authorization', 'x-api-key', 'token', 'name', 'key', 'value', 'data', 'media_type'],
  ...['format', 'logprob', 'content', 'toJSON', '__proto__', 'constructor', 'length', '0', 'then', '', '-x', 'canary'],
  ...['sk-abcdefghijklmnopqrstu', 'Bearer abcdef.ghijkl', 'password=hunter2', '{"password":"hunter2"}', '--token abc'],
  ...['https://u:pw@h/', 'data:image/png;base64,AAAA', 'audio/wav', 'QUJD'.repeat(300), '\ud800', '\u0000', '"', '\\'],
];

class Account {
  readonly id = 1;
  readonly password = 'canary';
}

class Header {
  toJSON() {
    return { name: 'authorization', value: 'canary' };
  }
}

const odd: readonly unknown[] = [
  ...[() => 1, Symbol('password=x'), new Date(0), /a/, new Account(), new Header(), Object('s'), new Uint8Array(3)],
  ...[new Error('password=x'), new URL('https://u:pw@h/?token=abc'), 1n, undefined],
];

const text = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 20 }));
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom(...odd));

/** What is not to be asked, what only can be set, and what no key shows: each alone, since the first rules out the fastest ways. */
const untold: readonly PropertyDescriptorMap[] = [
  { lazy: { get: () => expect.unreachable('called'), enumerable: true, configurable: true } },
  { set: { set: () => undefined, enumerable: true, configurable: true } },
  { toJSON: { value: () => 'password=x', configurable: true } },
];

function withUntold([record, properties]: readonly [object, PropertyDescriptorMap]): object {
  return Object.defineProperties(record, properties);
}

function withHole(list: unknown[]): unknown[] {
  delete list[0];
  return list;
}

const { value } = fc.letrec<{ value: unknown }>((tie) => {
  const inner = tie('value');
  const list = fc.array(inner, { maxLength: 4 });
  const record = fc.dictionary(text, inner, { maxKeys: 4 });
  const pairs = fc.array(fc.tuple(text, inner), { maxLength: 3 });
  return {
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 5 },
      { weight: 4, arbitrary: leaf },
      ...[
        list,
        record,
        pairs,
        list.map(withHole),
        fc.tuple(fc.oneof(list, record), fc.constantFrom(...untold)).map(withUntold),
      ],
      ...[pairs.map((entries) => new Map(entries)), list.map((items) => new Set(items))],
      ...[list, record].map((arbitrary) => arbitrary.map((target) => new Proxy(target, {}))),
    ),
  };
});

const filler = 'All work and no play makes a dull day. '.repeat(40);
const capture = new Capture();

describe('the three ways to write a value', () => {
  it('give the same JSON', () => {
    fc.assert(
      fc.property(value, (held) => {
        const small = capture.value({ held }, 'x');
        const large = capture.value({ filler, held }, 'x');
        const looked = capture.value({ pin: 1, held }, 'x');

        const comma = small === '{}' ? '' : ',';
        expect(large).toBe(`{"filler":"${filler}"${comma}${small.slice(1)}`);
        expect(looked).toBe(`{"pin":"[redacted]"${comma}${small.slice(1)}`);
      }),
      { numRuns: 2000 },
    );
  });
});

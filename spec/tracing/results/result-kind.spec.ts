import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../lib/tracing/results/result-kind.js';

const method = (): undefined => undefined;

describe('kindOf', () => {
  it.each([
    ['value', { text: 'a', then: 'b', next: 1 }],
    ['thenable', { then: method }],
    ['readable-stream', { getReader: method }],
    ['iterator', { next: method, [Symbol.iterator]: method }],
    ['async-iterable', { [Symbol.asyncIterator]: method }],
    ['event-stream', { emitted: method, _emit: method }],
    ['node-stream', { pipe: method, on: method, [Symbol.asyncIterator]: method }],
    ['stream-result', { fullStream: {}, baseStream: { getReader: method } }],
  ] as const)('tells %s, of a record, of what inherits from one, and of an instance', (kind, fields) => {
    class Instance {}

    expect(kindOf(fields)).toBe(kind);
    expect(kindOf(Object.assign(new Instance(), fields))).toBe(kind);
    if (kind !== 'stream-result') expect(kindOf(Object.create(fields))).toBe(kind);
  });
});

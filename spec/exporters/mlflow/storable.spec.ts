import { describe, expect, it } from 'vitest';
import {
  cutTo,
  storableJson,
  storableKey,
  storableMetadata,
  storableTag,
  storableText,
} from '../../../lib/exporters/mlflow/storable.js';

describe('a text as a database takes it', () => {
  it.each([
    ['plain', 'plain'],
    ['🧮', '🧮'],
    ['a\ud800b', 'a\ufffdb'],
    ['a\0b\0', 'a\ufffdb\ufffd'],
  ])('%j is %j', (text, storable) => {
    expect(storableText(text)).toBe(storable);
  });

  it.each([
    ['"\\u00e4\\n"', '"\\u00e4\\n"'],
    ['"\\ud83e\\uddee"', '"\\ud83e\\uddee"'],
    ['"\\uD83E\\uDDEE\\ud83e"', '"\\uD83E\\uDDEE\\ufffd"'],
    ['"\\ud800\\ud800\\udc00"', '"\\ufffd\\ud800\\udc00"'],
    ['"\\udc00\\ud800"', '"\\ufffd\\ufffd"'],
    ['"\\u0000 \\u0001"', '"\\ufffd \\u0001"'],
    ['"\\\\ud800 \\\\u0000"', '"\\\\ud800 \\\\u0000"'],
    ['"\\\\\\ud800"', '"\\\\\\ufffd"'],
  ])('is the same in JSON: %s is %s', (json, storable) => {
    expect(storableJson(json)).toBe(storable);
    expect(JSON.parse(storableJson(json))).toBe(storableText(JSON.parse(json) as string));
  });
});

describe('a text of the length that a server keeps', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['🧮🧮', 2, '🧮🧮'],
    ['🧮🧮🧮', 2, '🧮🧮'],
  ])('of %j the first %i characters are %j', (text, length, cut) => {
    expect(cutTo(text, length)).toBe(cut);
  });

  it('differs by what it is', () => {
    const long = '🧮'.repeat(5000);

    const lengths = [
      storableKey(long),
      storableMetadata('mlflow.trace.session', long),
      storableMetadata('mlflow.trace.tokenUsage', long),
      storableTag(long),
    ].map((text) => [...text].length);

    expect(lengths).toEqual([250, 250, 5000, 4096]);
  });
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Capture } from '../../../lib/tracing/capture/capture.js';

describe('a text that is captured again', () => {
  it('is the same again', () => {
    const capture = new Capture();
    const chunk = { object: 'chat.completion.chunk', note: 'a "quoted" one, twice', key: 'sk-0123456789abcdefgh' };

    const texts = [capture.value(chunk, 'outputs'), capture.value(chunk, 'outputs')];

    expect(texts.map((text) => JSON.parse(text))).toEqual([
      { object: 'chat.completion.chunk', note: 'a "quoted" one, twice', key: '[redacted]' },
      { object: 'chat.completion.chunk', note: 'a "quoted" one, twice', key: '[redacted]' },
    ]);
  });

  it('is told from all others of its length', () => {
    const capture = new Capture();
    const ids = Array.from({ length: 2000 }, (_, index) => `chatcmpl-${String(index).padStart(20, '0')}-end`);

    expect(ids.map((id) => JSON.parse(capture.value(id, 'outputs')))).toEqual(ids);
  });

  it('keeps nothing of what it was cut from', () => {
    const capture = new Capture();
    const megabytes = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    const before = megabytes();

    for (let index = 0; index < 60; index += 1) {
      const page = `page: ${index} ${'a word, '.repeat(2 ** 19)}`;
      for (const length of [20, 60, 200]) capture.value({ part: page.slice(0, length + (index % 9)) }, 'outputs');
    }

    // The last page itself, or ten of them.
    expect(megabytes() - before).toBeLessThan(20);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

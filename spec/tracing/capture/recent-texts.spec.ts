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
});

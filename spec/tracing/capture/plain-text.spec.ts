import { describe, expect, it } from 'vitest';
import { isPlainText } from '../../../lib/tracing/capture/plain-text.js';
import { SecretKeys } from '../../../lib/tracing/capture/secret-keys.js';
import { TextRules } from '../../../lib/tracing/capture/text-rules.js';

const rules = new TextRules(1000, new SecretKeys());

/** As texts are written that are too long for the quick look. */
function isLeftAlone(text: string): boolean {
  return rules.clean(text, text.length) === text && text.isWellFormed() && JSON.stringify(text) === `"${text}"`;
}

describe('isPlainText', () => {
  it('holds for the words that models answer with', () => {
    const words = ['', 'token 12', ' the', ' 3.5%', '(see', "don't", '{}', 'snake_case', 'api_key', '#/[]>|~^`'];

    expect(words.filter((word) => !isPlainText(word))).toEqual([]);
  });

  it('holds for no text that the careful look would change', () => {
    const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));

    expect(characters.filter((character) => isPlainText(character) && !isLeftAlone(character))).toEqual([]);
  });

  it('does not hold for what may hide a secret', () => {
    const texts = [
      'sk-0123456789abcd',
      'key ghp_0123456789abcdef of mine',
      'Bearer abcdef',
      'Basic dXNlcjpwYXNz',
      'password=hunter2',
      'login --password hunter2 now',
      'curl -u ada:hunter2 x',
      'api_key: hunter2',
      'https://user:hunter2@example.com',
    ];

    expect(texts.filter((text) => isLeftAlone(text))).toEqual([]);
    expect(texts.filter(isPlainText)).toEqual([]);
  });
});

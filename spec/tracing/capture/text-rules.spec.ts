import { describe, expect, it } from 'vitest';
import { SecretKeys } from '../../../lib/tracing/capture/secret-keys.js';
import { TextRules } from '../../../lib/tracing/capture/text-rules.js';

const rules = new TextRules(1000, new SecretKeys());

describe('texts that are quoted together', () => {
  it('are those of a model that answers', () => {
    const words = ['The', ' answer', ' is', ' 42', '.\n', '"Why?"', ' Bob', ' 世界', ' 🙂', '\\', ''];

    expect(JSON.parse(`[${rules.quotedAll(words)}]`)).toEqual(words);
  });

  it('are as they would be one by one, or are left to that', () => {
    const secrets = [
      '\nBearer abcdef',
      '"Bearer abcdef',
      'Basic dXNlcjpwYXNz',
      '-----BEGIN PRIVATE KEY-----',
      'sk-0123456789abcd',
      '\tsk-0123456789abcd\n',
      'password=hunter2',
      '"api_key": "hunter2"',
      'https://user:hunter2@example.com',
      'half \ud800 of a pair',
    ];
    const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
    const together = (text: string) => rules.quotedAll(['one', text, 'two']);
    const alone = (text: string) => ['one', text, 'two'].map((each) => rules.quoted(each, each.length)).join(',');

    expect(secrets.filter((text) => together(text) !== undefined)).toEqual([]);
    expect(characters.filter((text) => together(text) !== undefined && together(text) !== alone(text))).toEqual([]);
  });

  it('are none where they may be too long', () => {
    expect(new TextRules(10, undefined).quotedAll(['one', 'two'])).toBeUndefined();
  });
});

describe('texts that come again', () => {
  const alike = ['one', 'two', 'six'].map((word) => `${word}: "what does a traced agent tell?" ${'.'.repeat(60)}`);

  it('are written as they were at first, however alike others look', () => {
    const firstTime = alike.map((text) => new TextRules(1000, new SecretKeys()).quoted(text, 1000));
    const times = Array.from({ length: 4 }, () => alike.map((text) => rules.quoted(text, 1000)));

    expect(firstTime.map((json) => JSON.parse(json) as string)).toEqual(alike);
    expect(times).toEqual(times.map(() => firstTime));
  });

  it('lose their secrets each time', () => {
    const text = `Use sk-0123456789abcdefghij, ${'and tell nobody. '.repeat(4)}`;
    const times = Array.from({ length: 4 }, () => rules.quoted(text, 1000));

    expect(times.filter((json) => json.includes('sk-'))).toEqual([]);
  });

  it('are cut to the room there is, though they were written whole before', () => {
    const [text = ''] = alike;
    const whole = Array.from({ length: 3 }, () => rules.quoted(text, text.length)).at(-1);

    expect(JSON.parse(whole ?? '')).toBe(text);
    expect(JSON.parse(rules.quoted(text, 20))).toBe(`${text.slice(0, 20)}… [cut, ${text.length} characters]`);
  });
});

import { expect, it } from 'vitest';
import { sentence } from '../../lib/utils/sentence.js';

it.each([
  ['Error: no route', 'Error: no route.'],
  ['Create it, or name one.', 'Create it, or name one.'],
  ['Is it there?', 'Is it there?'],
  ['SyntaxError: {"a…', 'SyntaxError: {"a…'],
])('ends a sentence once: %s', (text, ended) => {
  expect(sentence(text)).toBe(ended);
});

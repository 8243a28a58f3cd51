import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pages } from './code-block.js';
import { anchorsOf, linksOf } from './link.js';

const links = pages.flatMap(linksOf);

it('leads by every link within the project to a file or folder that is there', () => {
  expect(links.filter(({ target }) => !existsSync(target))).toEqual([]);
  expect(links.length).toBeGreaterThan(10);
});

it('leads by every fragment to a heading that is there', () => {
  const within = links.filter(({ anchor }) => anchor !== '');

  expect(within.filter(({ target, anchor }) => !anchorsOf(target).includes(anchor))).toEqual([]);
  expect(within.length).toBeGreaterThan(1);
});

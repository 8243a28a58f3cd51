import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppendFile } from '../../../lib/exporters/file/append-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const looks = vi.hoisted(() => ({ count: 0 }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const statSync = (...args: Parameters<typeof real.statSync>): unknown => {
    looks.count += 1;
    return real.statSync(...args);
  };
  return { ...real, statSync };
});

const temporaryFolder = temporaryFolders();
let moment = 1000;

beforeEach(() => {
  looks.count = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => moment);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a burst of lines', () => {
  it('looks at the path for each of the first, then no more until a moment has passed', () => {
    const { file } = burst(9);
    const first = looks.count;

    for (let line = 9; line < 20; line += 1) file.append(`${line}`);
    const atOnce = looks.count - first;
    moment += 1;
    file.append('20');

    expect([first, atOnce, looks.count - first]).toEqual([9, 0, 1]);
  });

  it('looks now and then also where the clock stands still', () => {
    burst(109);

    expect(looks.count).toBe(9 + 6);
  });

  it.each([
    ['removed', (path: string) => rmSync(path)],
    ['renamed', (path: string) => renameSync(path, `${path}.old`)],
  ])('notices after that moment that the file was %s', (_title, meddle) => {
    const { file, path } = burst(100);

    meddle(path);
    moment += 1;
    file.append('new');

    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('looks for each line again when another process has written', () => {
    const { file, path } = burst(100);
    appendFileSync(path, 'theirs\n');
    moment += 1;
    file.append('100');
    const before = looks.count;

    for (let line = 101; line < 105; line += 1) file.append(`${line}`);

    expect(looks.count - before).toBe(4);
  });

  it('keeps to the bound of a file all the same', () => {
    const { file, path } = burst(30, 100);

    file.append('x'.repeat(50));

    expect(readFileSync(path, 'utf8')).toBe(`${'x'.repeat(50)}\n`);
    expect(readdirSync(join(path, '..')).sort()).toEqual(['lines', 'lines.1']);
  });
});

/** A file that so many short lines were appended to within one moment. */
function burst(count: number, maxBytes?: number): { readonly file: AppendFile; readonly path: string } {
  const path = join(temporaryFolder(), 'lines');
  const file = new AppendFile({ path, maxBytes, maxFiles: 5, isForced: false });
  for (let line = 0; line < count; line += 1) file.append(`${line}`);
  return { file, path };
}

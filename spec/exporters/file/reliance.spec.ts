import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppendFile } from '../../../lib/exporters/file/append-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const looks = vi.hoisted(() => ({ count: 0, failing: 0 }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const statSync = (...args: Parameters<typeof real.statSync>): unknown => {
    looks.count += 1;
    return real.statSync(...args);
  };
  const fstatSync = (...args: Parameters<typeof real.fstatSync>): unknown => {
    if (looks.failing === 0) return real.fstatSync(...args);
    looks.failing -= 1;
    throw Object.assign(new Error('ESTALE'), { code: 'ESTALE' });
  };
  return { ...real, statSync, fstatSync };
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
    const { file } = burst(101);
    const first = looks.count;

    for (let line = 101; line < 112; line += 1) file.append(`${line}`);
    const atOnce = looks.count - first;
    moment += 5;
    file.append('112');

    expect([first, atOnce, looks.count - first]).toEqual([101, 0, 1]);
  });

  it('looks now and then also where the clock stands still', () => {
    burst(201);

    expect(looks.count).toBe(101 + 6);
  });

  it('notices at once that the file was removed', () => {
    const { file, path } = burst(110);

    rmSync(path);
    file.append('new');

    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('notices at once that the file was cut', () => {
    const { file, path } = burst(110);

    writeFileSync(path, '');
    file.append('new');

    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('notices at once that the disk knows the file no more', () => {
    const { file, path } = burst(110);

    rmSync(path);
    looks.failing = 1;
    file.append('new');

    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('notices after that moment that the file was renamed, and has lost nothing', () => {
    const { file, path } = burst(110);

    renameSync(path, `${path}.old`);
    file.append('110');
    moment += 5;
    file.append('new');

    expect(readFileSync(`${path}.old`, 'utf8').split('\n')).toEqual([...Array(111).keys(), ''].map(String));
    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('looks for each line again when another process has written', () => {
    const { file, path } = burst(110);
    const before = looks.count;

    appendFileSync(path, 'theirs\n');
    for (let line = 110; line < 114; line += 1) file.append(`${line}`);

    expect(looks.count - before).toBe(4);
  });

  it('keeps to the bound of a file all the same', () => {
    const { file, path } = burst(110, 350);

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

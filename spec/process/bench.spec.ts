import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/temporary-folder.js';

const temporaryFolder = temporaryFolders();

describe('a program of the bench', () => {
  it.each([
    ['conversation.js', ['1']],
    ['memory.js', ['traced-agents', 'turns', '20']],
    ['memory.js', ['limit', 'tight', '20']],
  ])('%s %j measures, with nothing installed but what the package needs', (program, args) => {
    const figures = run(program, args);

    expect(Object.values(figures).every(Number.isFinite)).toBe(true);
    expect(figures['lostShare'] ?? 0).toBe(0);
  });

  it.each(['traced-agents', 'limit'])('file-rate.js writes all traces of %s', (subject) => {
    const figures = run('file-rate.js', [subject, join(temporaryFolder(), 'traces.jsonl'), '20']);

    expect(figures).toMatchObject({ lost: 0, perSecond: expect.any(Number) });
  });
});

function run(program: string, args: readonly string[]): Record<string, number> {
  const output = execFileSync(process.execPath, ['--expose-gc', join('bench', program), ...args], { encoding: 'utf8' });
  return JSON.parse(output);
}

import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';

/** How a file is rotated. */
export interface RotateOptions {
  /** `path.1` to `path.<maxFiles>` are kept. */
  readonly maxFiles: number;
  /** The file that is to be moved; another one at the path was rotated by somebody else. */
  readonly inode: number;
}

const staleAfterMs = 10_000;

/**
 * Moves `path` to `path.1`, that to `path.2`, and so on; the oldest goes. If another process is about it,
 * it is left alone. A lock file decides who; one that is left over from a process that died is taken away after a while. What
 * the system refuses is left undone: the file grows past its bound rather than losing traces.
 */
export function rotate(path: string, { maxFiles, inode }: RotateOptions): void {
  const lock = `${path}.rotating`;
  if (!take(lock)) return;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) return;
    rmSync(`${path}.${maxFiles}`, { force: true });
    for (let number = maxFiles - 1; number >= 1; number -= 1) move(`${path}.${number}`, `${path}.${number + 1}`);
    move(path, `${path}.1`);
  } catch {
    // See above.
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Math.abs(Date.now() - since) > staleAfterMs) rmSync(lock, { force: true });
    return false;
  }
}

function move(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

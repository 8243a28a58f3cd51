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
export function rotate(path: string, options: RotateOptions): void {
  const lock = `${path}.rotating`;
  try {
    if (take(lock)) moveAll(path, { ...options, lock });
  } catch {
    // See above.
  }
}

function moveAll(path: string, { maxFiles, inode, lock }: RotateOptions & { readonly lock: string }): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) return;
    rmSync(`${path}.${maxFiles}`, { force: true });
    for (let number = maxFiles - 1; number >= 1; number -= 1) move(`${path}.${number}`, `${path}.${number + 1}`);
    move(path, `${path}.1`);
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  if (create(lock)) return true;
  if (isStale(lock)) takeAway(lock);
  return false;
}

/** By one process at a time, which looks again: it may be the lock of one that was faster by now, and is at work. */
function takeAway(lock: string): void {
  const right = `${lock}.stale`;
  if (!create(right)) {
    if (isStale(right)) rmSync(right, { force: true });
    return;
  }
  try {
    if (isStale(lock)) rmSync(lock, { force: true });
  } finally {
    rmSync(right, { force: true });
  }
}

function create(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch {
    return false;
  }
}

function isStale(lock: string): boolean {
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return since !== undefined && Math.abs(Date.now() - since) > staleAfterMs;
}

function move(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

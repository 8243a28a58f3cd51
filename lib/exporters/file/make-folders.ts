import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those it lies in, for their owner only. Not by the `recursive` of Node, which tries for ever where the
 * system makes none although the parent is there, as in `/proc`.
 */
export function makeFolders(path: string): void {
  for (const folder of missingFolders(path)) makeFolder(folder);
}

/** The outermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) {
    missing.unshift(folder);
    folder = dirname(folder);
  }
  return missing;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  }
}

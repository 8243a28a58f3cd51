import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolders } from '../file/make-folders.js';
import {
  claimed,
  fileNameOf,
  newSegmentName,
  parseFileName,
  released,
  type SegmentName,
  stateOf,
} from './segment-name.js';

/** A file of a spool's folder. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly writtenMs: number;
  /** `undefined` for what was set aside. */
  readonly name: SegmentName | undefined;
}

/** A file of traces. */
export interface StoredSegment extends StoredFile {
  readonly name: SegmentName;
}

/** For how long a living owner may leave its file alone: it touches it each minute. Past it the file is anybody's. */
const longestSilenceMs = 15 * 60_000;

/** And for so long this process must have seen that. */
const longestSilenceSeenMs = 2 * 60_000;

/** Says to people for whom the traces are. */
const noteName = 'destination.txt';

/** The folder where the traces for one destination wait: who may use it, what stands in it, and whose it is. */
export class SpoolFolder {
  readonly path: string;
  readonly #destination: string;
  /** When files of owners that may live were seen first as they are. */
  readonly #seen = new Map<string, { readonly writtenMs: number; readonly atMs: number }>();

  constructor(path: string, destination: string) {
    this.path = path;
    this.#destination = destination;
  }

  /**
   * Makes the folder where there is none, for its owner only.
   *
   * @throws what the system says, or that the folder is another user's.
   */
  prepare(): void {
    makeFolders(this.path);
    const { uid, mode } = lstatSync(this.path);
    const own = process.getuid?.() ?? uid;
    if (uid !== own) throw new Error(`'${this.path}' belongs to another user`);
    // Others must not read what agents were told.
    if ((mode & 0o077) !== 0) chmodSync(this.path, 0o700);
    const note = join(this.path, noteName);
    if (!existsSync(note)) writeFileSync(note, `${this.#destination}\n`, { mode: 0o600 });
  }

  /** Whether the path is such a folder. */
  get isThere(): boolean {
    return existsSync(join(this.path, noteName));
  }

  /** Its files, the oldest first; none where there is no folder. Links and files of others are passed over. Never throws. */
  files(): readonly StoredFile[] {
    return fileNamesIn(this.path)
      .filter((file) => parseFileName(file) !== undefined || file.endsWith('.bad'))
      .sort()
      .flatMap((file) => storedFile(this.path, file));
  }

  /** What was set aside for people, the oldest first. */
  setAsides(): readonly StoredFile[] {
    return this.files().filter(({ name }) => name === undefined);
  }

  /** The files that nobody is at work on, the oldest first; `takesOver`: also those of which nobody knows. */
  leftovers(takesOver: boolean = false): readonly StoredSegment[] {
    return this.files()
      .filter(isSegment)
      .filter((file) => {
        const state = stateOf(file.name);
        return state === 'is gone' || (state === 'unknown' && (takesOver || this.#isSilent(file)));
      });
  }

  /**
   * Whether an owner that may live has not touched its file for long. That has to be seen happen: where the machine slept, or its clock
   * was set, all files look as if they had been silent.
   */
  #isSilent({ path, writtenMs }: StoredSegment): boolean {
    const seen = this.#seen.get(path);
    if (seen?.writtenMs !== writtenMs) {
      this.#seen.set(path, { writtenMs, atMs: performance.now() });
      return false;
    }
    return Date.now() - writtenMs > longestSilenceMs && performance.now() - seen.atMs > longestSilenceSeenMs;
  }

  /** Makes a leftover this process's. `undefined` where another process was faster. */
  claim({ path, name }: StoredSegment): string | undefined {
    const own = join(this.path, fileNameOf(claimed(name)));
    try {
      renameSync(path, own);
      return own;
    } catch {
      return undefined;
    }
  }

  /** Leaves a file of this process to whoever comes next. @returns what it is called now. */
  release(path: string): string {
    return this.#rename(path, released(nameOf(path)));
  }

  /** Likewise, behind all that are there now: its traces have failed, and are in the way of none. */
  postpone(path: string): void {
    this.#rename(path, released({ ...nameOf(path), createdMs: Date.now() }));
  }

  #rename(path: string, name: SegmentName): string {
    const renamed = join(this.path, fileNameOf(name));
    try {
      renameSync(path, renamed);
    } catch {
      // It is gone, with what it held.
    }
    return renamed;
  }

  /** Leaves lines to whoever comes next, in a file of their own. @returns the file. Throws what the system says. */
  leave(lines: readonly string[]): string {
    const path = join(this.path, fileNameOf(newSegmentName()));
    try {
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    } catch (error) {
      this.remove({ path });
      throw error;
    }
    return this.release(path); // not before it is whole
  }

  /** Keeps lines that are not sent where somebody can look at them. @returns the file. */
  setAside(path: string, text: string): string {
    const bad = `${path}.bad`;
    appendFileSync(bad, `${text}\n`, { mode: 0o600 });
    return bad;
  }

  remove({ path }: Pick<StoredFile, 'path'>): void {
    rmSync(path, { force: true });
  }
}

function nameOf(path: string): SegmentName {
  return parseFileName(basename(path)) as SegmentName; // it was made, or claimed, by its name
}

function isSegment(file: StoredFile): file is StoredSegment {
  return file.name !== undefined;
}

function fileNamesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function storedFile(folder: string, file: string): readonly StoredFile[] {
  const path = join(folder, file);
  try {
    const status = lstatSync(path);
    return status.isFile() ? [{ path, bytes: status.size, writtenMs: status.mtimeMs, name: parseFileName(file) }] : [];
  } catch {
    return []; // it is gone already
  }
}

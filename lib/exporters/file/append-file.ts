import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { TextEncoder } from 'node:util';
import { now } from '../../utils/clock.js';
import { makeFolders } from './make-folders.js';
import { rotate } from './rotate.js';

/** How a file is appended to. */
export interface AppendFileOptions {
  readonly path: string;
  /** Past this size the file is rotated; `undefined`: never. */
  readonly maxBytes: number | undefined;
  /** How many rotated files are kept. */
  readonly maxFiles: number;
  /** Whether each line is forced to the disk, to survive a loss of power. */
  readonly isForced: boolean;
}

const newline = 0x0a;
const encoder = new TextEncoder();
/** Holds most lines. */
const scratchBytes = 256 * 1024;
/** For how long a file must not have been written before its last line counts as torn. */
const patienceMs = 200;
/**
 * For how long the path is taken for a name of the file that is open: looking there costs half as much as writing, and a burst of
 * traces need not pay it for each. Its descriptor tells at once of a file that was deleted, cut or written by others; what is written to
 * one that was renamed just now is found under its new name.
 */
const relianceMs = 5;
/** And for no more lines than these: a clock that was stopped for a test tells no time. */
const linesOfReliance = 16;
/** So many looks must have found nothing changed before any is relied on: who writes little gets certainty for nothing. */
const looksBeforeReliance = 100;
/** To wait with, synchronously: nobody wakes it. */
const never = new Int32Array(new SharedArrayBuffer(4));
// Non-blocking (where there is that), so that a FIFO that took the file's place meanwhile cannot hold the program up.
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A file that lines are appended to, each by one write, so that several processes can share it. Synchronous: what is
 * written is in the file when `append` returns.
 */
export class AppendFile {
  readonly #options: AppendFileOptions;
  #descriptor: number | undefined;
  #identity: { readonly device: number; readonly inode: number } | undefined;
  /** Where the file ended after our last write. */
  #end = 0;
  /** Others write to it as well: what follows our part may be theirs. */
  #isShared = false;
  /** The last line in the file has no end: ours that was cut short, or that of a process that died. */
  #isTorn = false;
  /** When the path was looked at last, how many lines were written since, and how many looks in a row found nothing changed. */
  #lookedAt = 0;
  #linesSince = 0;
  #calmLooks = 0;

  readonly #scratch = new Uint8Array(scratchBytes);

  constructor(options: AppendFileOptions) {
    this.#options = options;
  }

  /**
   * Appends one line. Throws what the system says; a part that was written is taken back, or closed off before the next line
   * where others write to the file.
   */
  append(line: string): void {
    const incoming = this.#options.maxBytes === undefined ? 0 : Buffer.byteLength(line) + 1;
    const descriptor = this.#reliable(incoming) ?? this.#open(incoming);
    this.#write(descriptor, this.#isTorn ? `\n${line}\n` : `${line}\n`);
    this.#isTorn = false;
    if (this.#options.isForced) fsyncSync(descriptor);
  }

  #write(descriptor: number, text: string): void {
    // One buffer, used again for each line that fits: a new one a line would keep the collector busy.
    const fitting = encoder.encodeInto(text, this.#scratch);
    const isWhole = fitting.read === text.length;
    const bytes = isWhole ? this.#scratch : encoder.encode(text);
    const length = isWhole ? fitting.written : bytes.length;
    let written = 0;
    try {
      while (written < length) written += writeSync(descriptor, bytes, written, length - written);
    } catch (error) {
      this.#calmLooks = 0;
      if (written > 0) this.#takeBack(descriptor, written);
      throw error;
    }
    this.#end += written;
    this.#linesSince += 1;
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  /** The descriptor, where the last look at the path is still relied on. */
  #reliable(incoming: number): number | undefined {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#options;
    const descriptor = this.#descriptor;
    const isReliable =
      this.#calmLooks >= looksBeforeReliance &&
      this.#linesSince < linesOfReliance &&
      now() - this.#lookedAt < relianceMs &&
      this.#end + incoming <= maxBytes;
    return isReliable && descriptor !== undefined && this.#isUntouched(descriptor) ? descriptor : undefined;
  }

  #isUntouched(descriptor: number): boolean {
    try {
      const { nlink, size } = fstatSync(descriptor);
      return nlink > 0 && size === this.#end;
    } catch {
      return false; // on a disk of another machine it may be gone for good: then there is another at the path
    }
  }

  /** The descriptor of the file that stands at the path now: it may have been rotated, renamed or deleted by others. */
  #open(incoming: number): number {
    const { path, maxBytes, maxFiles } = this.#options;
    let found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw new NotAFileError(path);
    if (maxBytes !== undefined && found !== undefined && found.size > 0 && found.size + incoming > maxBytes) {
      rotate(path, { maxFiles, inode: found.ino });
      found = statSync(path, { throwIfNoEntry: false });
    }
    if (this.#descriptor !== undefined && found !== undefined && this.#isSame(found)) {
      if (found.size === this.#end) this.#noteCalm();
      else this.#noteOthers(this.#descriptor, found.size);
      return this.#descriptor;
    }
    this.close();
    return this.#openAnew(path);
  }

  #isSame(found: Stats): boolean {
    return found.ino === this.#identity?.inode && found.dev === this.#identity.device;
  }

  #noteCalm(): void {
    this.#calmLooks += 1;
    this.#lookedAt = now();
    this.#linesSince = 0;
  }

  /** Another process has written or cut the file, and may have died over it. */
  #noteOthers(descriptor: number, size: number): void {
    this.#isTorn = hasTornLine(descriptor, size);
    this.#isShared = true;
    this.#calmLooks = 0;
    this.#end = size;
  }

  #takeBack(descriptor: number, written: number): void {
    try {
      if (!this.#isShared && fstatSync(descriptor).size === this.#end + written) {
        ftruncateSync(descriptor, this.#end);
        return;
      }
    } catch {
      // Closed off then, as for others.
    }
    this.#end += written;
    this.#isTorn = true;
  }

  #openAnew(path: string): number {
    makeFolders(dirname(path));
    const descriptor = openSync(path, flags, 0o600);
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw new NotAFileError(path);
      this.#isTorn = hasTornLine(descriptor, status.size);
      this.#isShared = false;
      this.#calmLooks = 0;
      this.#end = status.size;
      this.#identity = { device: status.dev, inode: status.ino };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    this.#descriptor = descriptor;
    return descriptor;
  }
}

/** What stands at the path is a folder, a FIFO or a device. */
export class NotAFileError extends Error {
  constructor(path: string) {
    super(`'${path}' is no regular file`);
  }
}

/**
 * Whether the last line has no end. Neither has one that another process is about to write: where the file was written just now,
 * that is waited for, since an end put after it would leave an empty line.
 */
function hasTornLine(descriptor: number, size: number): boolean {
  let end = size;
  let waitedMs = 0;
  let isAtRest = false;
  while (end > 0 && byteAt(descriptor, end - 1) !== newline) {
    const { size: grown, mtimeMs } = fstatSync(descriptor);
    if (grown !== end) {
      waitedMs = 0;
      isAtRest = false;
    } else if (waitedMs >= patienceMs || Math.abs(Date.now() - mtimeMs) > patienceMs) {
      if (isAtRest) return true;
      letWriteEnd(descriptor);
      isAtRest = true;
    }
    end = grown;
    Atomics.wait(never, 0, 0, 1);
    waitedMs += 1;
  }
  return false;
}

/** A slow disk may hold a long line up for longer than anybody's patience. Where the file changes hands, the system lets a write end first. */
function letWriteEnd(descriptor: number): void {
  try {
    fchownSync(descriptor, -1, -1); // to those that have it
  } catch {
    // It was waited for, after all.
  }
}

function byteAt(descriptor: number, position: number): number | undefined {
  const byte = Buffer.alloc(1);
  readSync(descriptor, byte, 0, 1, position);
  return byte[0];
}

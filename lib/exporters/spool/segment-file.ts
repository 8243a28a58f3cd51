import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deliveredLine, noFollow, type SegmentLine, tracesIn } from './segment-lines.js';
import { fileNameOf, newSegmentName, released, type SegmentName } from './segment-name.js';

const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | noFollow;

/** Where a trace stands on disk. */
export interface SegmentPlace {
  readonly segment: SegmentFile;
  /** In bytes. */
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

/**
 * A file of this process that traces are appended to, a line each, and what of it has been delivered. Synchronous: what is appended
 * survives the process, however that ends.
 */
export class SegmentFile {
  readonly path: string;
  #spooled = 0;
  #readFrom = 0;
  #count = 0;
  /** Nothing can be read here any more. */
  isGone = false;
  /** Nothing more is appended: it is gone, or ends with a piece of a line, behind which places would be other than they are said to be. */
  isSealed = false;
  readonly #folder: string;
  readonly #name: SegmentName;
  /** By a clock that nobody sets. */
  readonly #openedMs = performance.now();
  readonly #descriptor: number;
  #size = 0;
  /** Behind the last trace. */
  #end = 0;

  /** Throws what the system says. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#name = newSegmentName();
    this.path = join(folder, fileNameOf(this.#name));
    this.#descriptor = openSync(this.path, flags, 0o600);
  }

  get ageMs(): number {
    return performance.now() - this.#openedMs;
  }

  /** Traces that stand here and nowhere in memory. They follow one another. */
  get spooled(): number {
    return this.#spooled;
  }

  /** Where the first of them begins. */
  get readFrom(): number {
    return this.#readFrom;
  }

  /** Traces that stand here, delivered ones included while others wait. */
  get count(): number {
    return this.#count;
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether all its traces have been delivered. */
  get isEmpty(): boolean {
    return this.#end === 0;
  }

  /** Throws what the system says; nothing of the line is left then. */
  append(line: string): SegmentPlace {
    const start = this.#size;
    this.#write(`${line}\n`);
    this.#end = this.#size;
    this.#count += 1;
    return { segment: this, start, end: this.#end };
  }

  /** Notes that a trace is no longer, or not yet, in memory. */
  leaveOnDisk({ start }: SegmentPlace): void {
    this.#readFrom = this.#spooled === 0 ? start : Math.min(start, this.#readFrom);
    this.#spooled += 1;
  }

  /** Notes that the first traces that stood on disk only are in memory now, up to this place. */
  noteRead(count: number, end: number): void {
    this.#spooled -= count;
    this.#readFrom = end;
  }

  /** Notes that they are not any more, from this place on. */
  noteForgotten(count: number, start: number): void {
    this.#spooled += count;
    this.#readFrom = start;
  }

  /** Notes that all traces before this place have been delivered; in memory only where it is sealed. Throws what the system says. */
  acknowledge(end: number): void {
    if (end < this.#end) return this.isSealed ? undefined : this.#write(deliveredLine(end));
    ftruncateSync(this.#descriptor, 0);
    this.#size = 0;
    this.#end = 0;
    this.#readFrom = 0;
    this.#count = 0;
  }

  /** What stands on disk only, also where the file itself has been deleted or taken over. Throws what the system says. */
  readSpooled(): readonly SegmentLine[] {
    if (this.#spooled === 0) return [];
    const bytes = Buffer.alloc(this.#end - this.#readFrom);
    const length = readSync(this.#descriptor, bytes, 0, bytes.length, this.#readFrom);
    return tracesIn(bytes.subarray(0, length), this.#readFrom).slice(0, this.#spooled);
  }

  /** `false` where the file has been deleted, or taken over by another process. Where the system does not say, it is believed to be there. */
  get isInPlace(): boolean {
    try {
      const there = lstatSync(this.path, { bigint: true });
      const own = fstatSync(this.#descriptor, { bigint: true });
      return there.ino === own.ino && there.dev === own.dev;
    } catch (error) {
      return !/^(?:ENOENT|ENOTDIR)$/.test(String((error as NodeJS.ErrnoException).code));
    }
  }

  /** Says that its owner lives. Throws what the system says. */
  touch(): void {
    const now = new Date();
    utimesSync(this.path, now, now);
  }

  /** Deletes the file, and what it holds; not what stands in its place. Throws what the system says. */
  remove(): void {
    const { isInPlace } = this;
    try {
      this.#close();
    } finally {
      if (isInPlace) rmSync(this.path, { force: true });
    }
  }

  /** Leaves the file to whoever comes next. Throws what the system says. */
  release(): void {
    if (this.isEmpty) return this.remove();
    try {
      this.#close();
    } finally {
      renameSync(this.path, join(this.#folder, fileNameOf(released(this.#name))));
    }
  }

  #close(): void {
    this.isGone = true;
    closeSync(this.#descriptor);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (error) {
      this.#cutOff();
      throw error;
    }
    this.#size += written;
  }

  #cutOff(): void {
    try {
      ftruncateSync(this.#descriptor, this.#size);
    } catch {
      this.isSealed = true;
    }
  }
}

import type { Drop } from '../backlog.js';
import { SegmentFile, type SegmentPlace } from './segment-file.js';
import type { SpoolFolder } from './spool-folder.js';

/** How much a spool may hold. */
export interface SpoolLimits {
  /** Of all files of the folder together. */
  readonly maxBytes: number;
  /** In milliseconds. */
  readonly maxAgeMs: number;
  /** Of one process. */
  readonly maxTraces: number;
  /** Of one file: a full one is followed by another, so that what was delivered or is too old can be deleted. @default 8 Mi */
  readonly maxSegmentBytes?: number;
}

/** Looking for room costs; where there was none, there is none for so long. */
const fullForMs = 1000;

/** What this process has written into a spool and not delivered yet: a row of files, the last of which is written to. */
export class OwnSegments {
  readonly #folder: SpoolFolder;
  readonly #limits: SpoolLimits;
  readonly #drop: Drop;
  readonly #segments: SegmentFile[] = [];
  /** What others have in the folder, by the last look; `undefined` before the first. */
  #othersBytes: number | undefined;
  #fullUntilMs = 0;
  /** Traces left to whoever comes next. */
  #left = 0;

  constructor(folder: SpoolFolder, limits: SpoolLimits, drop: Drop) {
    this.#folder = folder;
    this.#limits = limits;
    this.#drop = drop;
  }

  /** Traces that stand on disk only. */
  get spooled(): number {
    return this.#segments.reduce((sum, { spooled }) => sum + spooled, this.#left);
  }

  /** The oldest file with such traces. */
  get firstSpooled(): SegmentFile | undefined {
    return this.#segments.find(({ spooled }) => spooled > 0);
  }

  /** Throws what the system says, or that there is no room. */
  append(line: string): SegmentPlace {
    const bytes = Buffer.byteLength(line) + 1;
    this.#makeRoom(bytes);
    return this.#openFor(bytes).append(line);
  }

  /** All traces up to this one have been delivered. Throws what the system says. */
  acknowledge({ segment, end }: SegmentPlace): void {
    if (segment.isGone) return;
    while (this.#segments[0] !== segment) this.#segments.shift()?.remove();
    segment.acknowledge(end);
    if (segment.isEmpty && this.#segments.length > 1) this.#segments.shift()?.remove();
  }

  /** A file that cannot be read. */
  giveUp(segment: SegmentFile, reason: string): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.#drop(reason, segment.spooled);
    segment.remove();
  }

  /** Gives up what is too old, and says that the rest is in use. */
  look(): void {
    const oldestMs = Date.now() - this.#limits.maxAgeMs;
    for (const segment of [...this.#segments]) {
      if (segment.createdMs < oldestMs && !segment.isEmpty) this.giveUp(segment, 'spool expired');
      else if (!segment.touch()) this.giveUp(segment, 'spool lost');
    }
    this.#measureOthers();
  }

  /** Leaves what was not delivered to whoever comes next. Throws what the system says. */
  close(): void {
    this.#left = this.spooled;
    for (const segment of this.#segments.splice(0)) segment.release();
  }

  /** The last file, or a new one. */
  #openFor(bytes: number): SegmentFile {
    const last = this.#segments.at(-1);
    const { maxBytes, maxSegmentBytes = 8 * 1024 * 1024 } = this.#limits;
    const largest = Math.min(maxSegmentBytes, maxBytes / 4);
    if (last !== undefined && (last.isEmpty || last.size + bytes <= largest)) return last;
    this.#folder.prepare();
    const segment = new SegmentFile(this.#folder.path);
    this.#segments.push(segment);
    return segment;
  }

  #makeRoom(bytes: number): void {
    if (this.spooled >= this.#limits.maxTraces) this.#giveUpOldest();
    if (this.#fits(bytes)) return;
    if (Date.now() >= this.#fullUntilMs) {
      this.#measureOthers();
      while (!this.#fits(bytes) && (this.#removeLeftover() || this.#giveUpOldest()));
      if (this.#fits(bytes)) return;
      this.#fullUntilMs = Date.now() + fullForMs;
    }
    throw new Error(`its ${this.#limits.maxBytes} bytes are used up (option spoolMaxBytes)`);
  }

  #fits(bytes: number): boolean {
    const own = this.#segments.reduce((sum, { size }) => sum + size, 0);
    return own + (this.#othersBytes ?? this.#measureOthers()) + bytes <= this.#limits.maxBytes;
  }

  #measureOthers(): number {
    const own = new Set(this.#segments.map(({ path }) => path));
    const others = this.#folder.files().filter(({ path }) => !own.has(path));
    this.#othersBytes = others.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.#othersBytes;
  }

  /** The oldest go first: those that earlier runs have left, then our own. */
  #removeLeftover(): boolean {
    const [oldest] = this.#folder.leftovers();
    if (oldest === undefined) return false;
    this.#folder.remove(oldest);
    this.#measureOthers();
    return true;
  }

  #giveUpOldest(): boolean {
    const [oldest] = this.#segments;
    if (oldest === undefined || oldest.isEmpty) return false;
    this.giveUp(oldest, 'spool full');
    return true;
  }
}

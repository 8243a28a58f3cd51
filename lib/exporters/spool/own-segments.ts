import type { Drop } from '../backlog.js';
import { SegmentFile, type SegmentPlace } from './segment-file.js';
import type { SpoolFolder } from './spool-folder.js';

/** How much a spool may hold. */
export interface SpoolLimits {
  /** Of all files of the folder together. */
  readonly maxBytes: number;
  /** In milliseconds. What is younger is never deleted for its age; what is older, an eighth of the time later at the latest. */
  readonly maxAgeMs: number;
  /** Of one process. */
  readonly maxTraces: number;
  /** Of one file: a full one is followed by another, so that what was delivered or is too old can be deleted. @default 8 Mi */
  readonly maxSegmentBytes?: number;
}

/** What they are made of. */
export interface OwnSegmentsParts {
  readonly folder: SpoolFolder;
  readonly limits: SpoolLimits;
  readonly drop: Drop;
}

/** For how long one file is written to. */
export function rollMs({ maxAgeMs }: Pick<SpoolLimits, 'maxAgeMs'>): number {
  return maxAgeMs / 8;
}

/** Looking for room costs; where there was none, there is none for so long. */
const fullForMs = 1000;

/** What this process has written into a spool and not delivered yet: a row of files, the last of which is written to. */
export class OwnSegments {
  readonly #folder: SpoolFolder;
  readonly #limits: SpoolLimits;
  readonly #drop: Drop;
  readonly #onLeftoverGone: (path: string) => void;
  readonly #segments: SegmentFile[] = [];
  /** What others have in the folder, by the last look; `undefined` before the first. */
  #othersBytes: number | undefined;
  #fullUntilMs = 0;
  /** Traces left to whoever comes next. */
  #left = 0;

  /** `onLeftoverGone` is told of a file of another run that is about to be deleted to make room. */
  constructor({ folder, limits, drop }: OwnSegmentsParts, onLeftoverGone: (path: string) => void) {
    this.#folder = folder;
    this.#limits = limits;
    this.#drop = drop;
    this.#onLeftoverGone = onLeftoverGone;
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
    if (!this.#segments.includes(segment)) return;
    while (this.#segments[0] !== segment) this.#segments.shift()?.remove();
    segment.acknowledge(end);
    if (segment.isEmpty && this.#segments.length > 1) this.#segments.shift()?.remove();
  }

  /** A file with which nothing can be done any more. */
  giveUp(segment: SegmentFile, reason: string): void {
    if (!this.#segments.includes(segment)) return;
    this.#drop(reason, segment.spooled);
    this.#strike(segment);
    segment.remove();
  }

  /** Writes anew what stood in a file that was deleted, or taken over while this process stood still. Throws what the system says. */
  rescue(segment: SegmentFile): void {
    const lines = segment.readSpooled();
    let lost = segment.spooled;
    this.#strike(segment);
    try {
      for (const line of lines) {
        const place = this.append(line);
        place.segment.leaveOnDisk(place);
        lost -= 1;
      }
    } finally {
      this.#drop('spool lost', lost);
      segment.remove();
    }
  }

  /** Gives up what is too old, and says that the rest is in use. Throws what the system says. */
  look(): void {
    const oldestMs = Date.now() - this.#limits.maxAgeMs - rollMs(this.#limits);
    for (const segment of [...this.#segments]) {
      if (segment.createdMs < oldestMs && !segment.isEmpty) this.giveUp(segment, 'spool expired');
      else if (!segment.touch()) this.rescue(segment);
    }
    this.#measureOthers();
  }

  /** Leaves what was not delivered to whoever comes next. Throws what the system says. */
  close(): void {
    this.#left = this.spooled;
    for (const segment of this.#segments.splice(0)) segment.release();
  }

  #strike(segment: SegmentFile): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
  }

  /** The last file, or a new one where it is full or old: what is in a file goes together when its time has come. */
  #openFor(bytes: number): SegmentFile {
    const last = this.#segments.at(-1);
    const { maxBytes, maxTraces, maxSegmentBytes = 8 * 1024 * 1024 } = this.#limits;
    if (last !== undefined && Date.now() - last.createdMs < rollMs(this.#limits)) {
      const isFull = last.size + bytes > Math.min(maxSegmentBytes, maxBytes / 8) || last.count >= maxTraces / 8;
      if (last.isEmpty || !isFull) return last;
    }
    if (last?.isEmpty === true) this.#segments.pop()?.remove();
    this.#folder.prepare();
    const segment = new SegmentFile(this.#folder.path);
    this.#segments.push(segment);
    return segment;
  }

  /** The oldest go first: those that earlier runs have left, then our own. Throws where there is no room to be made. */
  #makeRoom(bytes: number): void {
    const { maxBytes, maxTraces } = this.#limits;
    if (this.#count() >= maxTraces) this.giveUp(this.#segments[0] as SegmentFile, 'spool full');
    if (this.#fits(bytes)) return;
    if (Date.now() >= this.#fullUntilMs) {
      this.#fullUntilMs = Date.now() + fullForMs;
      if (this.#canMakeRoom(bytes)) this.#deleteOldest(bytes);
    }
    if (!this.#fits(bytes)) throw new Error(`its ${maxBytes} bytes are used up (option spoolMaxBytes)`);
    this.#fullUntilMs = 0;
  }

  #deleteOldest(bytes: number): void {
    while (!this.#fits(bytes) && this.#removeLeftover());
    for (const oldest of [...this.#segments]) if (!this.#fits(bytes)) this.giveUp(oldest, 'spool full');
  }

  /** Nothing is deleted where that would not help. */
  #canMakeRoom(bytes: number): boolean {
    const removable = this.#folder.leftovers().reduce((sum, file) => sum + file.bytes, 0);
    return this.#measureOthers() - removable + bytes <= this.#limits.maxBytes;
  }

  #count(): number {
    return this.#segments.reduce((sum, { count }) => sum + count, 0);
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

  #removeLeftover(): boolean {
    const [oldest] = this.#folder.leftovers();
    if (oldest === undefined) return false;
    this.#onLeftoverGone(oldest.path);
    this.#folder.remove(oldest);
    this.#measureOthers();
    return true;
  }
}

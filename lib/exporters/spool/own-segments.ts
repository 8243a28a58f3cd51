import type { Drop } from '../backlog.js';
import { SegmentFile, type SegmentPlace } from './segment-file.js';
import type { SegmentLine } from './segment-lines.js';
import type { SpoolFolder, StoredFile } from './spool-folder.js';

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
  /** Told what goes wrong, in a sentence. */
  readonly tell: (what: string) => void;
}

/** Why traces had to be given up. */
interface Loss {
  /** By which they are counted. */
  readonly reason: 'spool full' | 'spool expired' | 'spool lost';
  /** And which option is to be raised, where one is. */
  readonly why: string;
}

/** For how long one file is written to. */
export function rollMs({ maxAgeMs }: Pick<SpoolLimits, 'maxAgeMs'>): number {
  return maxAgeMs / 8;
}

const noRoom = 'there was no room for newer ones (option spoolMaxBytes)';

/** Looking for room costs; where there was none, there is none for so long. */
const fullForMs = 1000;

/** What this process has written into a spool and not delivered yet: a row of files, the last of which is written to. */
export class OwnSegments {
  readonly #folder: SpoolFolder;
  readonly #limits: SpoolLimits;
  readonly #drop: Drop;
  readonly #tell: (what: string) => void;
  readonly #onLeftoverGone: (path: string) => void;
  readonly #segments: SegmentFile[] = [];
  /** What others have in the folder, by the last look; `undefined` before the first. */
  #othersBytes: number | undefined;
  #fullUntilMs = 0;
  /** Traces left to whoever comes next. */
  #left = 0;

  /** `onLeftoverGone` is told of a file of another run that is about to be deleted to make room. */
  constructor({ folder, limits, drop, tell }: OwnSegmentsParts, onLeftoverGone: (path: string) => void) {
    this.#folder = folder;
    this.#limits = limits;
    this.#drop = drop;
    this.#tell = tell;
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
    for (const delivered of this.#segments.slice(0, this.#segments.indexOf(segment))) this.#remove(delivered);
    segment.acknowledge(end);
    if (segment.isEmpty && this.#segments.length > 1) this.#remove(segment);
  }

  /**
   * Writes anew what stood in a file that was deleted, or taken over while this process stood still. `false` where that cannot be done
   * now: what is left can still be read, since the file is open. Never throws.
   */
  rescue(segment: SegmentFile): boolean {
    const lines = this.#linesLeftIn(segment);
    if (lines === undefined) return true;
    const older = this.#segments.slice(0, this.#segments.indexOf(segment));
    this.#strike(segment); // it must not be the one that makes room
    try {
      for (const line of lines) this.#move(line, segment);
    } catch (error) {
      segment.isSealed = true;
      this.#segments.splice(older.filter((one) => !one.isGone).length, 0, segment);
      this.#tell(
        `${segment.path} is gone, and its traces cannot be written anew: ${String(error)}. It is tried again.`,
      );
      return false;
    }
    this.#giveUp(segment, { reason: 'spool lost', why: `${segment.path} was cut short` });
    return true;
  }

  /** Gives up what is too old, and says that the rest is in use. Throws what the system says. */
  look(): void {
    const { maxAgeMs } = this.#limits;
    const expired: Loss = { reason: 'spool expired', why: `they are older than ${maxAgeMs} ms (option spoolMaxAgeMs)` };
    for (const segment of [...this.#segments]) {
      if (segment.ageMs > maxAgeMs + rollMs(this.#limits) && !segment.isEmpty) this.#giveUp(segment, expired);
      else if (segment.isInPlace) this.#safely(() => segment.touch());
      else this.rescue(segment);
    }
    this.#measureOthers();
  }

  /** Leaves what was not delivered to whoever comes next. Never throws. */
  close(): void {
    for (const segment of this.#segments.filter(({ isInPlace }) => !isInPlace)) {
      const gone: Loss = { reason: 'spool lost', why: `${segment.path} is gone` };
      if (!this.rescue(segment)) this.#giveUp(segment, gone); // nobody can read it when it is closed
    }
    this.#left = this.spooled;
    for (const segment of this.#segments.splice(0)) this.#safely(() => segment.release());
  }

  /** `undefined` where they cannot be read, and are given up. */
  #linesLeftIn(segment: SegmentFile): readonly SegmentLine[] | undefined {
    try {
      return segment.readSpooled();
    } catch (error) {
      this.#giveUp(segment, { reason: 'spool lost', why: `${segment.path} cannot be read any more: ${String(error)}` });
      return undefined;
    }
  }

  #move({ text, end }: SegmentLine, from: SegmentFile): void {
    const place = this.append(text);
    place.segment.leaveOnDisk(place);
    from.noteRead(1, end);
  }

  /** What the disk does not allow of one file is not in the way of the others. */
  #safely(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#tell(
        `A file of the spool '${this.#folder.path}' cannot be changed: ${String(error)}. Its traces are kept; see whether the disk is full, or read only.`,
      );
    }
  }

  /** What it holds is lost, but for traces that are in memory as well. */
  #giveUp(segment: SegmentFile, { reason, why }: Loss): void {
    const { spooled } = segment;
    if (spooled > 0) this.#tell(`${spooled} traces that waited on disk are lost: ${why}.`);
    this.#drop(reason, spooled);
    this.#remove(segment);
  }

  #remove(segment: SegmentFile): void {
    this.#strike(segment);
    this.#safely(() => segment.remove());
  }

  #strike(segment: SegmentFile): void {
    if (this.#segments.includes(segment)) this.#segments.splice(this.#segments.indexOf(segment), 1);
  }

  /** The last file, or a new one where it is full or old: what is in a file goes together when its time has come. */
  #openFor(bytes: number): SegmentFile {
    const last = this.#segments.at(-1);
    const { maxBytes, maxTraces, maxSegmentBytes = 8 * 1024 * 1024 } = this.#limits;
    if (last?.isSealed === false && last.ageMs < rollMs(this.#limits)) {
      const isFull = last.size + bytes > Math.min(maxSegmentBytes, maxBytes / 8) || last.count >= maxTraces / 8;
      if (last.isEmpty || !isFull) return last;
    }
    if (last?.isEmpty === true) this.#remove(last);
    this.#folder.prepare();
    const segment = new SegmentFile(this.#folder.path);
    this.#segments.push(segment);
    return segment;
  }

  /** The oldest go first: what was set aside, then what earlier runs have left, then our own. Throws where there is no room to be made. */
  #makeRoom(bytes: number): void {
    const { maxBytes, maxTraces } = this.#limits;
    if (this.#count() >= maxTraces) {
      const why = `more than ${maxTraces} waited (option spoolMaxTraces)`;
      this.#giveUp(this.#segments[0] as SegmentFile, { reason: 'spool full', why });
    }
    if (this.#fits(bytes)) return;
    if (performance.now() >= this.#fullUntilMs) {
      this.#fullUntilMs = performance.now() + fullForMs;
      if (this.#canMakeRoom(bytes)) this.#deleteOldest(bytes);
    }
    if (!this.#fits(bytes)) throw new Error(`its ${maxBytes} bytes are used up (option spoolMaxBytes)`);
    this.#fullUntilMs = 0;
  }

  #deleteOldest(bytes: number): void {
    while (!this.#fits(bytes) && this.#removeOldest());
    for (const oldest of [...this.#segments]) {
      if (!this.#fits(bytes)) this.#giveUp(oldest, { reason: 'spool full', why: noRoom });
    }
  }

  /** Nothing is deleted where that would not help. */
  #canMakeRoom(bytes: number): boolean {
    const removable = this.#removable().reduce((sum, file) => sum + file.bytes, 0);
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

  #removable(): readonly StoredFile[] {
    return [...this.#folder.setAsides(), ...this.#folder.leftovers()];
  }

  #removeOldest(): boolean {
    const [oldest] = this.#removable();
    if (oldest === undefined) return false;
    if (oldest.name !== undefined) this.#onLeftoverGone(oldest.path);
    else this.#tell(`${oldest.path}, where lines were set aside, is deleted: ${noRoom}.`);
    this.#folder.remove(oldest);
    this.#measureOthers();
    return true;
  }
}

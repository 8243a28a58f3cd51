import { appendFileSync } from 'node:fs';
import type { Trace } from '../../entities/trace.js';
import { traceToLine } from '../../entities/trace-line.js';
import { rollMs } from './own-segments.js';
import { parseLines } from './parse-lines.js';
import { deliveredLine, type ReadLimits, readSegment, type SegmentState, segmentState } from './segment-lines.js';
import type { SpoolFolder, StoredFile, StoredSegment } from './spool-folder.js';

/** Some traces of another run. */
export interface LeftoverPart {
  readonly traces: readonly Trace[];
  readonly file: Claimed;
  /** Lines among them that are no traces. */
  readonly bad: readonly string[];
  /** Up to where the file is delivered when they are. */
  readonly end: number;
}

/** A file that is this process's now. */
interface Claimed {
  readonly path: string;
  delivered: number;
  /** Up to where it has been read: behind it there may be suspects. */
  readFrom: number;
  /** Lines that failed alone. Whether they are to blame, or the server is down, those behind them will show. */
  suspects: readonly string[];
}

/** For how long others come before a file with which nothing could be done. */
const passedForMs = 10 * 60_000;

/** For how long this process must have seen a file be too old: where the clock was wrong when it was written, all seem to be. */
const oldForMs = 2 * 60_000;

/** What deliveries of leftovers are made of. */
export interface LeftoversParts {
  readonly folder: SpoolFolder;
  /** In milliseconds; `Infinity` for any. */
  readonly maxAgeMs: number;
  /** Told what goes wrong, in a sentence, and how many traces were deleted by it that were not delivered. */
  readonly tell: (what: string, abandoned?: number) => void;
  /** Whether files are taken of which nobody knows whether their owner lives. @default false */
  readonly takesOver?: boolean;
}

/** What other runs have left in a spool's folder, one file after the other. Several processes may be at it: each file is one's. */
export class Leftovers {
  readonly #parts: LeftoversParts;
  /** Lines that were no traces, until now. */
  bad = 0;
  /** Failures to read a file, until now. */
  unreadable = 0;
  #current: Claimed | undefined;
  /** Those found by the last look, the next one last: to look for each would take longer with each that there is. */
  #found: StoredSegment[] = [];
  /** Files with which nothing can be done now, by what stays the same of their names: others come first until then. */
  readonly #passed = new Map<string, number>();
  /** Up to where files are delivered in which that could not be noted, likewise. */
  readonly #unnoted = new Map<string, number>();
  /** When files were seen first to be too old, likewise. */
  #oldSince: ReadonlyMap<string, number> = new Map();

  constructor(parts: LeftoversParts) {
    this.#parts = parts;
  }

  /** The next traces, `undefined` when there are none. What is not acknowledged comes again. Never rejects. */
  async read(limits: ReadLimits): Promise<LeftoverPart | undefined> {
    for (;;) {
      this.#current ??= this.#claimNext();
      const file = this.#current;
      if (file === undefined) return undefined;
      try {
        const part = await this.#readFrom(file, limits);
        if (part !== undefined) return part;
      } catch (error) {
        this.#fail(file, error);
      }
    }
  }

  /** These have been delivered, but for those that are set aside. Throws what the system says of that. */
  acknowledge({ file, bad, end }: LeftoverPart, refused: readonly Trace[] = []): void {
    try {
      // First: there is no other copy.
      if (refused.length > 0) this.#parts.folder.setAside(file.path, refused.map(traceToLine).join('\n'));
      this.#setAside(file.path, bad);
      this.#part(file);
    } catch (error) {
      this.#pass(file); // not at once again: they have been sent
      throw error;
    }
    file.delivered = end;
    file.readFrom = end;
    this.#noteDelivered(file);
  }

  /** They could not be delivered: files of others come first for a while, or, where it `goesOn`, fewer of them, and what is behind one alone. */
  putBack({ file, traces, bad, end }: LeftoverPart, goesOn: boolean): void {
    if (!goesOn) this.#pass(file);
    if (!goesOn || traces.length > 1) return;
    file.suspects = [...file.suspects, ...bad, ...traces.map(traceToLine)];
    file.readFrom = end;
  }

  /** Deletes what is too old, and has been so for a while: time enough to be delivered. */
  look(): void {
    const { folder, maxAgeMs } = this.#parts;
    this.#found = []; // an owner that had been silent may be at work again
    const oldestMs = Date.now() - maxAgeMs - rollMs({ maxAgeMs });
    const old = [...folder.leftovers(), ...folder.setAsides()].filter(({ writtenMs }) => writtenMs < oldestMs);
    const nowMs = performance.now();
    const oldSince = new Map<string, number>();
    for (const file of old) {
      const sinceMs = this.#oldSince.get(idOf(file.path)) ?? nowMs;
      oldSince.set(idOf(file.path), sinceMs);
      if (nowMs - sinceMs > oldForMs) this.#expire(file);
    }
    this.#oldSince = oldSince; // without those that are gone
  }

  /** Counts and tells what a file holds that is about to be deleted. */
  abandon(path: string, why: string): void {
    const count = waitingIn(path);
    this.#parts.tell(
      `${count} traces that an earlier run had left in ${path} were never delivered, and are deleted: ${why}.`,
      count,
    );
  }

  /** How many traces wait in files that are not taken. */
  left(): number {
    const files = this.#parts.folder.files().filter(({ name, path }) => name !== undefined && !this.#isPassed(path));
    return files.reduce((sum, { path }) => sum + waitingIn(path), 0);
  }

  /** Leaves what was not delivered to whoever comes next. */
  close(): void {
    const path = this.#current?.path;
    this.#current = undefined;
    if (path !== undefined) this.#parts.folder.release(path);
  }

  #expire({ path, name }: StoredFile): void {
    const { folder, maxAgeMs } = this.#parts;
    if (name !== undefined) this.abandon(path, `it is older than ${maxAgeMs} ms (option spoolMaxAgeMs)`);
    folder.remove({ path });
  }

  /** `undefined` where the next lines are no traces, or there are none. */
  async #readFrom(file: Claimed, limits: ReadLimits): Promise<LeftoverPart | undefined> {
    const { lines, end } = await readSegment(file.path, file.readFrom, limits);
    const { waiting, bad } = parseLines(lines);
    const traces = waiting.map(({ trace }) => trace);
    if (traces.length > 0) return { traces, file, bad, end };
    if (lines.length > 0) this.acknowledge({ traces, file, bad, end });
    else if (file.suspects.length > 0) this.#postpone(file);
    else this.#finish(file);
    return undefined;
  }

  #noteDelivered({ path, delivered }: Claimed): void {
    try {
      appendFileSync(path, deliveredLine(delivered));
    } catch (error) {
      this.#unnoted.set(idOf(path), delivered);
      this.#parts.tell(
        `What was delivered of ${path}, which an earlier run has left, cannot be noted there: ${String(error)}. It may be sent again by another run.`,
      );
    }
  }

  #claimNext(): Claimed | undefined {
    const { folder, takesOver } = this.#parts;
    const claimed = this.#claimFound();
    if (claimed !== undefined) return claimed;
    this.#found = [...folder.leftovers(takesOver)].reverse();
    return this.#claimFound();
  }

  #claimFound(): Claimed | undefined {
    for (let file = this.#found.pop(); file !== undefined; file = this.#found.pop()) {
      const path = this.#isPassed(file.path) ? undefined : this.#parts.folder.claim(file);
      const claimed = path === undefined ? undefined : this.#begin(path);
      if (claimed !== undefined) return claimed;
    }
    return undefined;
  }

  #begin(path: string): Claimed | undefined {
    try {
      const delivered = Math.max(stateOnceWhole(path).delivered, this.#unnoted.get(idOf(path)) ?? 0);
      return { path, delivered, readFrom: delivered, suspects: [] };
    } catch (error) {
      this.#fail({ path }, error);
      return undefined;
    }
  }

  #fail(file: Pick<Claimed, 'path'>, error: unknown): void {
    this.unreadable += 1;
    this.#parts.tell(
      `${file.path}, which an earlier run has left, cannot be read, and is passed over: ${String(error)}.`,
    );
    this.#pass(file);
  }

  #pass(file: Pick<Claimed, 'path'>): void {
    this.#letGo(file);
    this.#parts.folder.release(file.path);
  }

  /** The next run begins with others. */
  #postpone(file: Claimed): void {
    this.#letGo(file);
    this.#parts.folder.postpone(file.path);
  }

  #letGo({ path }: Pick<Claimed, 'path'>): void {
    this.#current = undefined;
    this.#passed.set(idOf(path), performance.now() + passedForMs);
  }

  #isPassed(path: string): boolean {
    return performance.now() < (this.#passed.get(idOf(path)) ?? 0);
  }

  /** Gives the suspects a file of their own, where they are in nobody's way: others behind them have been taken. */
  #part(file: Claimed): void {
    const { length } = file.suspects;
    if (length === 0) return;
    const { folder, tell } = this.#parts;
    const path = folder.leave(file.suspects);
    file.suspects = [];
    this.#passed.set(idOf(path), performance.now() + passedForMs);
    tell(
      `${length} traces that an earlier run has left failed alone, and others did not. They stand in ${path} now, and are tried again later.`,
    );
  }

  #setAside(path: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.bad += lines.length;
    const { folder, tell } = this.#parts;
    const bad = folder.setAside(path, lines.join('\n'));
    tell(`${lines.length} lines that an earlier run has left are no traces. They stand in ${bad} now.`);
  }

  #finish(file: Claimed): void {
    this.#current = undefined;
    this.#parts.folder.remove(file);
    this.#unnoted.delete(idOf(file.path));
  }
}

/** Ends its last line, where the process died while it wrote. Where the disk has no room for that, the line is not read. */
function stateOnceWhole(path: string): SegmentState {
  const torn = segmentState(path);
  if (!torn.isTorn) return torn;
  try {
    appendFileSync(path, '\n');
  } catch {
    return torn;
  }
  return segmentState(path);
}

/** 0 where it cannot be read. */
function waitingIn(path: string): number {
  try {
    return segmentState(path).waiting;
  } catch {
    return 0;
  }
}

/** The end of a file's name, which no owner changes. */
function idOf(path: string): string {
  return path.slice(path.lastIndexOf('-'));
}

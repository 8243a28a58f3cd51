import { appendFileSync, utimesSync } from 'node:fs';
import type { Trace } from '../../entities/trace.js';
import { parseLines } from './parse-lines.js';
import { deliveredIn, deliveredLine, type ReadLimits, readSegment } from './segment-lines.js';
import type { SpoolFolder } from './spool-folder.js';

/** Some traces of another run. */
export interface LeftoverPart {
  readonly traces: readonly Trace[];
  readonly file: Claimed;
  /** Up to where the file is delivered when they are. */
  readonly end: number;
}

/** A file that is this process's now. */
interface Claimed {
  readonly path: string;
  delivered: number;
}

/** What other runs have left in a spool's folder, one file after the other. Several processes may be at it: each file is one's. */
export class Leftovers {
  readonly #folder: SpoolFolder;
  readonly #maxAgeMs: number;
  readonly #tell: (what: string) => void;
  /** Lines that were no traces, until now. */
  bad = 0;
  #current: Claimed | undefined;

  constructor(folder: SpoolFolder, maxAgeMs: number, tell: (what: string) => void) {
    this.#folder = folder;
    this.#maxAgeMs = maxAgeMs;
    this.#tell = tell;
  }

  /** The next traces, `undefined` when there are none. What is not acknowledged comes again. Never rejects. */
  async read(limits: ReadLimits): Promise<LeftoverPart | undefined> {
    try {
      return await this.#read(limits);
    } catch (error) {
      this.#current = undefined;
      this.#tell(`What an earlier run has left cannot be read: ${String(error)}.`);
      return undefined;
    }
  }

  /** These have been delivered. */
  acknowledge({ file, end }: LeftoverPart): void {
    file.delivered = end;
    appendFileSync(file.path, deliveredLine(end));
  }

  /** Deletes what is too old, and says that the file at hand is in use. */
  look(): void {
    const oldestMs = Date.now() - this.#maxAgeMs;
    const leftovers = new Set(this.#folder.leftovers().map(({ path }) => path));
    for (const file of this.#folder.files()) {
      const isOwnedByOthers = file.name !== undefined && !leftovers.has(file.path);
      if (isOwnedByOthers || (file.name?.createdMs ?? file.writtenMs) >= oldestMs) continue;
      this.#folder.remove(file);
      this.#tell(
        `${file.path} was never delivered, and is deleted: it is older than ${this.#maxAgeMs} ms (option spoolMaxAgeMs).`,
      );
    }
    if (this.#current !== undefined) touch(this.#current.path);
  }

  /** Leaves what was not delivered to whoever comes next. */
  close(): void {
    const path = this.#current?.path;
    this.#current = undefined;
    if (path !== undefined) this.#folder.release(path);
  }

  async #read(limits: ReadLimits): Promise<LeftoverPart | undefined> {
    for (;;) {
      const file = this.#current ?? (await this.#claimNext());
      this.#current = file;
      if (file === undefined) return undefined;
      const { lines, end } = await readSegment(file.path, file.delivered, limits);
      const { traces, bad } = parseLines(lines);
      this.#setAside(file.path, bad);
      if (traces.length > 0) return { traces, file, end };
      file.delivered = end;
      if (lines.length === 0) this.#finish(file);
    }
  }

  async #claimNext(): Promise<Claimed | undefined> {
    for (const file of this.#folder.leftovers()) {
      const path = this.#folder.claim(file);
      if (path === undefined) continue;
      appendFileSync(path, '\n'); // where the process died while it wrote, its last line has no end
      return { path, delivered: await deliveredIn(path) };
    }
    return undefined;
  }

  #setAside(path: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.bad += lines.length;
    const bad = this.#folder.setAside(path, lines.join('\n'));
    this.#tell(`${lines.length} lines that an earlier run has left are no traces. They stand in ${bad} now.`);
  }

  #finish(file: Claimed): void {
    this.#current = undefined;
    this.#folder.remove(file);
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Reading it will tell.
  }
}

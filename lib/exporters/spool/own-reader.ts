import type { Drop } from '../backlog.js';
import type { OwnSegments } from './own-segments.js';
import type { SegmentFile } from './segment-file.js';
import { maxReadBytes, readSegment, type SegmentLine } from './segment-lines.js';
import type { SpoolFolder } from './spool-folder.js';

/** What a reader of our own files is made of. */
export interface OwnReaderParts {
  readonly folder: SpoolFolder;
  readonly drop: Drop;
  readonly tell: (what: string) => void;
}

/** Reads what this process has written, whatever has happened to its files meanwhile. */
export class OwnReader {
  readonly #own: OwnSegments;
  readonly #folder: SpoolFolder;
  readonly #drop: Drop;
  readonly #tell: (what: string) => void;

  constructor(own: OwnSegments, { folder, drop, tell }: OwnReaderParts) {
    this.#own = own;
    this.#folder = folder;
    this.#drop = drop;
    this.#tell = tell;
  }

  /** Empty where the file was gone, and is written anew; `undefined` where it cannot be read now. Never rejects. */
  async read(segment: SegmentFile, maxLines: number): Promise<readonly SegmentLine[] | undefined> {
    const limits = { maxLines, maxBytes: maxReadBytes };
    const part = await readSegment(segment.path, segment.readFrom, limits).catch((error: unknown) => ({ error }));
    if (segment.isGone) return []; // to make room, meanwhile
    if ('lines' in part && part.lines.length > 0) return part.lines;
    if ('error' in part && segment.isInPlace) {
      this.#tell(`${segment.path} cannot be read: ${String(part.error)}. It is tried again.`);
      return undefined;
    }
    return this.#own.rescue(segment) ? [] : undefined;
  }

  /** Keeps for people what is no trace, and counts it. Throws what the system says. */
  setAside(segment: SegmentFile, bad: readonly string[]): void {
    if (bad.length === 0) return;
    this.#drop('spool damaged', bad.length);
    const path = this.#folder.setAside(segment.path, bad.join('\n'));
    this.#tell(`${bad.length} traces on disk are damaged. They stand in ${path} now.`);
  }
}

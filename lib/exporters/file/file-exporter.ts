import { resolve } from 'node:path';
import type { Trace } from '../../entities/trace.js';
import { traceToLine } from '../../entities/trace-line.js';
import { ExportError } from '../../errors.js';
import { sentence } from '../../utils/sentence.js';
import { bound, choice, countFromOne, text } from '../../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from '../check-options.js';
import { checkQuery } from '../check-query.js';
import type { TraceExporter, TraceLines, TraceQuery, TraceReader } from '../exporter.js';
import { AppendFile, NotAFileError } from './append-file.js';
import { findStored, type StoredTraces, searchStored } from './stored-traces.js';

/** Options of `FileExporter`. */
export interface FileExporterOptions {
  /** What `stats()` and messages call it: another name where `init` gets several of its kind. @default 'file' */
  readonly name?: string;
  /** Taken from the working directory at construction; missing folders are made. @default 'traces.jsonl' */
  readonly path?: string;
  /** Past this many bytes the file is moved to `<path>.1` and a new one begun. @default never */
  readonly maxBytes?: number;
  /** How many moved files are kept. @default 5 */
  readonly maxFiles?: number;
  /** `power` waits for the disk with each trace, to survive a loss of power; `process` survives all that a process can do. @default 'process' */
  readonly durability?: 'process' | 'power';
}

const kinds: OptionKinds<FileExporterOptions> = {
  name: text,
  path: { wanted: 'a path', accepts: text.accepts },
  maxBytes: bound,
  maxFiles: countFromOne,
  durability: choice(['process', 'power']),
};

/**
 * Appends each trace to a file as one line of MLflow's trace JSON, before the root call settles. The file is readable by its
 * owner only; several processes may write to it. Python reads a line with `mlflow.entities.Trace.from_dict(json.loads(line))`.
 *
 * @example
 * ```ts
 * init({ exporters: [new FileExporter({ path: 'logs/traces.jsonl', maxBytes: 100_000_000 })] });
 * ```
 */
export class FileExporter implements TraceExporter, TraceReader {
  readonly name: string;
  readonly delivery = 'inline';
  /** The whole path. */
  readonly path: string;
  readonly #file: AppendFile;
  readonly #stored: StoredTraces;
  #isShutDown = false;

  /** @throws {ConfigurationError} for options it does not know, a path that is empty, or bounds that are no positive numbers. */
  constructor(options: FileExporterOptions = {}) {
    checkOptions('FileExporter', options, kinds);
    const { name = 'file', path = 'traces.jsonl', maxBytes, maxFiles = 5, durability = 'process' } = options;
    this.name = name;
    this.path = wholePath(path);
    this.#stored = { path: this.path, maxFiles: maxBytes === undefined ? 0 : maxFiles };
    this.#file = new AppendFile({ path: this.path, maxBytes, maxFiles, isForced: durability === 'power' });
  }

  /** @throws {ExportError} when a line cannot be written; the message says what to do. */
  export(traces: readonly Trace[]): void {
    for (const trace of traces) this.exportLines([traceToLine(trace)]);
  }

  /** The same for traces that are written already. */
  exportLines(lines: TraceLines): void {
    if (this.#isShutDown)
      throw new ExportError(this.name, `The file exporter for '${this.path}' was shut down. Make a new one.`);
    for (const line of lines) this.#append(line);
  }

  shutdown(): void {
    this.#isShutDown = true;
    this.#file.close();
  }

  /**
   * The last trace with this id that the file holds, or those that were rotated away.
   *
   * @throws {TracingError} when the file is there and cannot be read.
   */
  getTrace(traceId: string): Promise<Trace | undefined> {
    return findStored(this.#stored, traceId);
  }

  /** Reads the files through. @throws {TracingError} as `getTrace`. @throws {TypeError} for conditions that there are not. */
  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    checkQuery(query);
    return searchStored(this.#stored, query);
  }

  #append(line: string): void {
    try {
      this.#file.append(line);
    } catch (cause) {
      throw new ExportError(this.name, `A trace could not be written to '${this.path}': ${remedyFor(cause)}`, {
        cause,
      });
    }
  }
}

/** Where the working directory was deleted, what is written to the path says so. */
function wholePath(path: string): string {
  try {
    return resolve(path);
  } catch {
    return path;
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space; tracing goes on by itself then.',
  EDQUOT: 'the disk quota is used up. Free some space; tracing goes on by itself then.',
  EFBIG: "the file has reached the size limit of the system. Rotate it (option 'maxBytes').",
  EROFS: 'the disk is read-only. Choose another path (option file, or TRACED_AGENTS_FILE).',
  EACCES: 'permission is denied. Choose another path (option file, or TRACED_AGENTS_FILE) or mend its rights.',
  EPERM: 'permission is denied. Choose another path (option file, or TRACED_AGENTS_FILE) or mend its rights.',
  ENOENT: 'its folder cannot be made. Choose another path (option file, or TRACED_AGENTS_FILE).',
  ENOTDIR: 'a part of the path is a file. Choose another path (option file, or TRACED_AGENTS_FILE).',
  EEXIST: 'a part of the path is a file. Choose another path (option file, or TRACED_AGENTS_FILE).',
};

function remedyFor(cause: unknown): string {
  if (cause instanceof NotAFileError)
    return 'it is no regular file. Choose another path (option file, or TRACED_AGENTS_FILE).';
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return remedies[code] ?? sentence(String(cause));
}

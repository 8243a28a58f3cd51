import { constants } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { Trace } from '../../entities/trace.js';
import { ConfigurationError, TracingError } from '../../errors.js';

/** A line that is no trace; the others are read all the same. */
export interface BadLine {
  readonly kind: 'bad-line';
  /** From 1. */
  readonly lineNumber: number;
  readonly reason: string;
  /** In bytes, without the line break. */
  readonly length: number;
}

/** Options of `readTraceFile`. */
export interface ReadTraceFileOptions {
  /** Longer lines are skipped and reported, in bytes. @default 268435456 */
  readonly maxLineBytes?: number;
}

/** Tells a bad line from a trace. */
export function isBadLine(item: Trace | BadLine): item is BadLine {
  return !(item instanceof Trace);
}

/**
 * Reads a trace file of any size, line by line; memory holds one line. Lines that are torn, binary or no traces come as
 * `BadLine` with their number; empty lines are passed over. The path `-` stands for standard input (`./-` for a file of that
 * name), so that traces can be piped in.
 *
 * @throws {ConfigurationError} at once, for a `maxLineBytes` that is no positive number.
 * @throws {TracingError} while it is read, when the file cannot be.
 * @example
 * ```ts
 * for await (const item of readTraceFile('traces.jsonl')) {
 *   if (isBadLine(item)) console.error(`line ${item.lineNumber}: ${item.reason}`);
 *   else console.log(item.info.traceId, item.info.tokenUsage);
 * }
 * ```
 */
export function readTraceFile(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadTraceFileOptions = {},
): AsyncGenerator<Trace | BadLine> {
  const { maxLineBytes = 1 } = options;
  if (!(maxLineBytes > 0)) {
    throw new ConfigurationError("The option 'maxLineBytes' of readTraceFile must be a positive number.");
  }
  return readTraceLines(source, () => true, options);
}

/** As `readTraceFile`, for the lines whose text passes the test; the others are not parsed. */
export async function* readTraceLines(
  source: string | AsyncIterable<Uint8Array>,
  isWanted: (line: string) => boolean,
  { maxLineBytes = 256 * 1024 * 1024 }: ReadTraceFileOptions = {},
): AsyncGenerator<Trace | BadLine> {
  // A longer one is no text in JavaScript.
  const lines = new LineSplitter(Math.min(maxLineBytes, constants.MAX_STRING_LENGTH));
  try {
    for await (const chunk of bytesOf(source)) {
      for (const line of lines.split(chunk as Uint8Array)) yield* readLine(line, isWanted); // a stream without an encoding
    }
  } catch (cause) {
    if (typeof source === 'string') throw unreadable(source, cause);
    throw cause;
  }
  const last = lines.rest();
  if (last !== undefined) yield* readLine(last, isWanted);
}

function bytesOf(source: string | AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  if (typeof source !== 'string') return source;
  return source === '-' ? process.stdin : createReadStream(source, { highWaterMark: 1024 * 1024 });
}

interface Line {
  readonly number: number;
  readonly length: number;
  /** `undefined` where the line is too long to be held. */
  readonly bytes: Uint8Array | undefined;
}

/** Cuts a stream of bytes into lines and holds at most one of them. */
class LineSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *split(chunk: Uint8Array): Generator<Line> {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.#add(chunk.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    // A copy, which `slice` of a Buffer is not: the stream may use its buffer again.
    this.#add(Uint8Array.from(chunk.subarray(from)));
  }

  rest(): Line | undefined {
    return this.#length === 0 ? undefined : this.#take();
  }

  #add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#maxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  #take(): Line {
    const bytes = this.#length > this.#maxBytes ? undefined : Buffer.concat(this.#parts);
    this.#number += 1;
    const line = { number: this.#number, length: this.#length, bytes };
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

const byteOrderMark = '\uFEFF';

function* readLine({ number, length, bytes }: Line, isWanted: (line: string) => boolean): Generator<Trace | BadLine> {
  if (bytes === undefined) {
    yield { kind: 'bad-line', lineNumber: number, reason: 'The line is too long to be read.', length };
    return;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const line = (number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text).trim();
  if (line === '' || !isWanted(line)) return;
  try {
    yield Trace.fromJSON(line);
  } catch (error) {
    yield { kind: 'bad-line', lineNumber: number, reason: (error as Error).message, length }; // fromJSON throws errors only
  }
}

function unreadable(path: string, cause: unknown): TracingError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(cause);
  const what = path === '-' ? 'Standard input' : `The trace file '${path}'`;
  return new TracingError(`${what} cannot be read: ${why}.`, { cause });
}

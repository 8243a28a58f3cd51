import { constants } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Trace } from '../../entities/trace.js';
import { TracingError } from '../../errors.js';
import { bound, shown } from '../../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from '../check-options.js';

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

const kinds: OptionKinds<ReadTraceFileOptions> = { maxLineBytes: bound };

/** Where bytes, or their text, come from. */
export interface ByteSource {
  /** `undefined` where the caller gave a stream: what it throws is theirs. */
  readonly path: string | undefined;
  readonly open: () => AsyncIterable<unknown>;
}

/** What is read of a file at once, in bytes. */
export const chunkBytes: number = 1024 * 1024;

/** Tells a bad line from a trace. */
export function isBadLine(item: Trace | BadLine): item is BadLine {
  return !(item instanceof Trace);
}

/**
 * Reads a trace file of any size, line by line; memory holds one line. Lines that are torn, binary or no traces come as
 * `BadLine` with their number; empty lines are passed over. The path `-` stands for standard input (`./-` for a file of that
 * name), so that traces can be piped in. A stream may give bytes or, with an encoding, text.
 *
 * @throws {TypeError} at once, for what is neither a file nor a stream; while it is read, for chunks that are neither bytes nor text.
 * @throws {ConfigurationError} at once, for options it does not know, and a `maxLineBytes` that is no positive number.
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
  source: string | URL | AsyncIterable<Uint8Array | string>,
  options: ReadTraceFileOptions = {},
): AsyncGenerator<Trace | BadLine> {
  checkOptions('readTraceFile()', options, kinds);
  return readTraceLines(sourceOf(source), () => true, options);
}

function sourceOf(source: string | URL | AsyncIterable<unknown>): ByteSource {
  if (typeof source === 'string') return { path: source, open: () => openFile(source) };
  if (source instanceof URL && source.protocol === 'file:') return sourceOf(fileURLToPath(source));
  if (isStream(source)) return { path: undefined, open: () => source };
  throw new TypeError(
    `readTraceFile() takes the path or file: URL of a file, or a stream of its bytes or text, but got ${source instanceof URL ? source.href : shown(source)}.`,
  );
}

function isStream(source: unknown): source is AsyncIterable<unknown> {
  return typeof Object(source)[Symbol.asyncIterator] === 'function';
}

/** As `readTraceFile`, for the lines whose text passes the test; the others are not parsed. */
export async function* readTraceLines(
  { path, open }: ByteSource,
  isWanted: (line: string) => boolean,
  { maxLineBytes = 256 * 1024 * 1024 }: ReadTraceFileOptions = {},
): AsyncGenerator<Trace | BadLine> {
  // A longer one is no text in JavaScript.
  const lines = new LineSplitter(Math.min(maxLineBytes, constants.MAX_STRING_LENGTH));
  try {
    for await (const bytes of bytesOf(open())) {
      for (const line of lines.split(bytes)) yield* readLine(line, isWanted);
    }
  } catch (cause) {
    throw path === undefined ? cause : unreadable(path, cause);
  }
  const last = lines.rest();
  if (last !== undefined) yield* readLine(last, isWanted);
}

function openFile(path: string): AsyncIterable<unknown> {
  return path === '-' ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes });
}

const endOfHalfPair = /[\uD800-\uDBFF]$/;

/** A stream with an encoding gives text, which may be cut within a pair of surrogates. */
async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  let half = '';
  for await (const chunk of stream) {
    if (typeof chunk === 'string') {
      const text = half + chunk;
      half = endOfHalfPair.exec(text)?.[0] ?? '';
      yield Buffer.from(text.slice(0, text.length - half.length));
    } else if (chunk instanceof Uint8Array) {
      yield chunk;
    } else {
      throw new TypeError(`readTraceFile() reads bytes or text, but a chunk of the stream is ${shown(chunk)}.`);
    }
  }
  if (half !== '') yield Buffer.from(half);
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

/** What is told where a file cannot be read. */
export function unreadable(path: string, cause: unknown): TracingError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(cause);
  const what = path === '-' ? 'Standard input' : `The trace file '${path}'`;
  return new TracingError(`${what} cannot be read: ${why}.`, { cause });
}

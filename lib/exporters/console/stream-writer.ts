import { setImmediate } from 'node:timers';
import { ExportError } from '../../errors.js';
import type { ConsoleStream } from './terminal.js';

/** More than this waiting inside a stream means that nobody reads it. In the stream's own measure: bytes, or characters. */
const maxWaiting = 4_194_304;

/**
 * Writes to a stream that may fail, without harm to the program around it.
 *
 * A stream of Node tells a failed write (EPIPE: the reader of a pipe has gone) twice and late: to the write's callback, then
 * as an `error` event, which ends the process if nobody listens. A program that would not have written must not end so. Hence
 * a listener of ours is there while writes of ours are under way, and not a moment longer: at other times errors of the stream
 * meet the program's own listeners, or none, as they would without us.
 */
export class StreamWriter {
  readonly #stream: ConsoleStream;
  readonly #exporter: string;
  readonly #ignoreEvent = (): void => {};
  #underWay = 0;
  #failure: Error | undefined;
  #whenIdle: (() => void)[] = [];

  /** @param exporter who its failures are of */
  constructor(stream: ConsoleStream, exporter = 'console') {
    this.#stream = stream;
    this.#exporter = exporter;
  }

  /**
   * Hands the text to the stream. A stream that is full (it answers `false`) keeps the text; one that nobody reads is spared it.
   *
   * @throws {ExportError} when the text cannot be written, or when an earlier write turned out to have failed: each failure once.
   */
  write(text: string): void {
    const waiting = this.#stream.writableLength ?? 0;
    if (waiting > maxWaiting) throw this.#failed(`${waiting} bytes wait in it, and nobody reads them`);
    const earlier = this.#takeFailure();
    try {
      this.#send(text);
    } catch (cause) {
      throw this.#failed(String(cause), cause);
    }
    if (earlier !== undefined) throw earlier;
  }

  /** Settles when all texts have left the stream; at once for streams that do not tell. */
  async flush(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    const failure = this.#takeFailure();
    if (failure !== undefined) throw failure;
  }

  #send(text: string): void {
    const stream = this.#stream;
    if (typeof stream.on !== 'function' || typeof stream.off !== 'function') {
      stream.write(text);
      return;
    }
    if (this.#underWay === 0) stream.on('error', this.#ignoreEvent);
    this.#underWay += 1;
    try {
      stream.write(text, (error) => this.#settle(error));
    } catch (cause) {
      this.#release();
      throw cause;
    }
  }

  #settle(error: Error | null | undefined): void {
    if (error == null) {
      this.#release();
      return;
    }
    this.#failure = error;
    // The event comes after the callback, in the same turn of the event loop.
    setImmediate(() => this.#release()).unref();
  }

  #release(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    this.#stream.off?.('error', this.#ignoreEvent);
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #takeFailure(): ExportError | undefined {
    const cause = this.#failure;
    this.#failure = undefined;
    return cause === undefined ? undefined : this.#failed(String(cause), cause);
  }

  #failed(what: string, cause?: unknown): ExportError {
    const remedy = 'Leave the console out (TRACED_AGENTS_EXPORTERS=file) where nobody reads it.';
    return new ExportError(this.#exporter, `The console exporter could not write to its stream: ${what}. ${remedy}`, {
      cause,
    });
  }
}

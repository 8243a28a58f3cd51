import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';

/** Chunks kept of one stream; later ones are counted. */
export const maxChunks = 10_000;

/**
 * Texts that are joined in one go. The engine keeps one that was put together as a tree of its pieces, or as a part of the text it was
 * cut from: few of them may wait, for to collect many of those trees took half of the time of a stream.
 */
const maxWaiting = 64;

/**
 * What a span keeps of the chunks of a stream. Each is written as it passes, so that what its reader does to it later is not
 * seen, and the memory is that of the text.
 */
export class StreamOutputs {
  readonly #span: RecordingSpan;
  readonly #recorder: Recorder;
  /** JSON of so many chunks each. */
  readonly #blocks: string[] = [];
  /** The last chunks: either JSON, or all of them texts that need nothing but quotes. */
  #waiting: string[] = [];
  #areWords = false;
  #kept = 0;
  #room: number;

  constructor(span: RecordingSpan, recorder: Recorder) {
    this.#span = span;
    this.#recorder = recorder;
    this.#room = recorder.maxSpanLength;
  }

  add(chunk: unknown): void {
    if (this.#room <= 0 || this.#kept >= maxChunks) return;
    const { trace } = this.#span;
    const room = Math.min(this.#room, trace.payloadLeft);
    if (room <= 0) {
      this.#room = 0;
      return;
    }
    const isWord = this.#recorder.capture.isWord(chunk, room);
    const text = isWord ? chunk : this.#write(chunk, room);
    const length = isWord ? text.length + 2 : text.length;
    if (isWord !== this.#areWords || this.#waiting.length === maxWaiting) this.#join();
    this.#areWords = isWord;
    this.#waiting.push(text);
    this.#kept += 1;
    this.#room -= length + 1;
    trace.chargeLength(length);
  }

  /** JSON of all chunks, of which so many have been seen. */
  toJson(seen: number): string {
    this.#join();
    const omitted = seen - this.#kept;
    if (omitted > 0) this.#blocks.push(`"[${omitted} more chunks]"`);
    return `[${this.#blocks.join(',')}]`;
  }

  #write(chunk: unknown, room: number): string {
    // Made only where somebody asks for it: there are many chunks.
    const path = this.#recorder.capture.asksByPath ? `outputs[${this.#kept}]` : 'outputs';
    return this.#recorder.captureValue(chunk, path, room);
  }

  #join(): void {
    if (this.#waiting.length === 0) return;
    this.#blocks.push(this.#areWords ? `"${this.#waiting.join('","')}"` : this.#waiting.join(','));
    this.#waiting = [];
  }
}

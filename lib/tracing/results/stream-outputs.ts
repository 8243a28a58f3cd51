import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';

/** Chunks kept of one stream; later ones are counted. */
export const maxChunks = 10_000;

/**
 * Chunks that are joined in one go. The engine keeps a text that was put together as a tree of its pieces, or as a part of the text it
 * was cut from: few of them may wait, for to collect many of those trees took half of the time of a stream.
 */
const maxWaiting = 32;

/**
 * What a span keeps of the chunks of a stream. Each that can change is written as it passes, so that what its reader does to it
 * later is not seen, and the memory is that of the text.
 */
export class StreamOutputs {
  readonly #span: RecordingSpan;
  readonly #recorder: Recorder;
  /** JSON of so many chunks each. */
  readonly #blocks: string[] = [];
  /** The last chunks, as long as they are words: still to be written. */
  #words: string[] = [];
  /** JSON of the chunks before them, still to be joined. */
  #texts: string[] = [];
  #kept = 0;
  #room: number;

  constructor(span: RecordingSpan, recorder: Recorder) {
    this.#span = span;
    this.#recorder = recorder;
    this.#room = recorder.maxSpanLength;
  }

  add(chunk: unknown): void {
    if (this.#room <= 0 || this.#kept >= maxChunks) return;
    if (this.#recorder.capture.mayWait(chunk)) {
      if (this.#words.length === maxWaiting) this.#writeWords();
      this.#words.push(chunk);
    } else {
      this.#writeWords();
      this.#write(chunk);
    }
  }

  /** JSON of all chunks, of which so many have been seen. */
  toJson(seen: number): string {
    this.#writeWords();
    this.#join();
    const omitted = seen - this.#kept;
    if (omitted > 0) this.#blocks.push(`"[${omitted} more chunks]"`);
    return `[${this.#blocks.join(',')}]`;
  }

  #writeWords(): void {
    const words = this.#words;
    const count = words.length;
    if (count === 0) return;
    this.#words = [];
    const json = this.#recorder.capture.values(words);
    if (json === undefined || json.length >= this.#roomLeft() || this.#kept + count > maxChunks) {
      for (const word of words) this.#write(word);
      return;
    }
    this.#join();
    this.#blocks.push(json);
    this.#count(count, json.length + 1 - count);
  }

  #write(chunk: unknown): void {
    const room = this.#roomLeft();
    if (room <= 0) this.#room = 0;
    if (room <= 0 || this.#kept >= maxChunks) return;
    // Made only where somebody asks for it: there are many chunks.
    const path = this.#recorder.capture.asksByPath ? `outputs[${this.#kept}]` : 'outputs';
    const text = this.#recorder.captureValue(chunk, path, room);
    if (this.#texts.length === maxWaiting) this.#join();
    this.#texts.push(text);
    this.#count(1, text.length);
  }

  #roomLeft(): number {
    return Math.min(this.#room, this.#span.trace.payloadLeft);
  }

  #count(chunks: number, length: number): void {
    this.#kept += chunks;
    this.#room -= length + chunks;
    this.#span.trace.chargeLength(length);
  }

  #join(): void {
    if (this.#texts.length === 0) return;
    this.#blocks.push(this.#texts.join(','));
    this.#texts = [];
  }
}

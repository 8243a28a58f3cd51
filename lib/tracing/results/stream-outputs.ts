import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';

/** Chunks kept of one stream; later ones are counted. */
export const maxChunks = 10_000;

/** Each may keep the text of a whole network packet alive that it was cut from. */
const maxWords = 64;

/**
 * What a span keeps of the chunks of a stream. Each is written as it passes, so that what its reader does to it later is not
 * seen, and the memory is that of the text.
 */
export class StreamOutputs {
  readonly #span: RecordingSpan;
  readonly #recorder: Recorder;
  readonly #texts: string[] = [];
  /** Of the last chunks those that need nothing but quotes: they are joined many at a time. */
  #words: string[] = [];
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
    const length = this.#recorder.capture.isWord(chunk, room) ? this.#addWord(chunk) : this.#write(chunk, room);
    this.#kept += 1;
    this.#room -= length + 1;
    trace.chargeLength(length);
  }

  /** JSON of all chunks, of which so many have been seen. */
  toJson(seen: number): string {
    this.#joinWords();
    const omitted = seen - this.#kept;
    if (omitted > 0) this.#texts.push(`"[${omitted} more chunks]"`);
    return `[${this.#texts.join(',')}]`;
  }

  #addWord(word: string): number {
    if (this.#words.length >= maxWords) this.#joinWords();
    this.#words.push(word);
    return word.length + 2;
  }

  #joinWords(): void {
    if (this.#words.length === 0) return;
    this.#texts.push(`"${this.#words.join('","')}"`);
    this.#words = [];
  }

  #write(chunk: unknown, room: number): number {
    this.#joinWords();
    // Made only where somebody asks for it: there are many chunks.
    const path = this.#recorder.capture.asksByPath ? `outputs[${this.#kept}]` : 'outputs';
    const text = this.#recorder.captureValue(chunk, path, room);
    this.#texts.push(inOnePiece(text));
    return text.length;
  }
}

/**
 * The engine keeps a text that was put together as a tree of its pieces, until somebody reads a character of it: to collect
 * those trees took half of the time of a stream.
 */
function inOnePiece(text: string): string {
  return text.charCodeAt(0) === 0 ? '' : text; // JSON has no such character
}

import { AttributeKey } from '../../entities/attributes.js';
import { ownField } from '../../usage/own-fields.js';
import { UsageAccumulator } from '../../usage/usage-accumulator.js';
import { now } from '../../utils/clock.js';
import type { Recorder } from '../recorder.js';
import type { RecordingSpan } from '../recording-span.js';
import { finish, noteModel, noteToolCalls, type Outcome } from './finish.js';
import type { Abandonable } from './following.js';
import { hideSplitSecrets } from './split-secrets.js';
import { maxChunks, StreamOutputs } from './stream-outputs.js';

/** What a span keeps of a stream. It outlives the stream and the call that gave it, and holds neither. */
export class StreamRecord implements Abandonable {
  /** Those who may still read: more than one where the stream has branches. */
  readers = 0;
  /** Whether the last chunk that matters has passed, though the stream goes on. */
  isComplete = false;
  protected readonly span: RecordingSpan;
  readonly #recorder: Recorder;
  readonly #usage: UsageAccumulator | undefined;
  /** The first chunk and the last, which may name the model; all of them where a callback wants to see them. */
  readonly #chunks: unknown[] = [];
  readonly #chunksToKeep: number;
  readonly #outputs: StreamOutputs | undefined;
  /** What a chunk says to have gone wrong, in a stream that ends well all the same. */
  #failure: Outcome | undefined;
  #seen = 0;

  constructor(span: RecordingSpan, recorder: Recorder) {
    this.span = span;
    this.#recorder = recorder;
    const { isModelCall, usage, attributes, captureOutputs } = span.definition;
    if (isModelCall && usage === undefined) this.#usage = new UsageAccumulator();
    this.#chunksToKeep = usage === undefined && attributes === undefined ? 2 : maxChunks;
    if (captureOutputs) this.#outputs = new StreamOutputs(span, recorder);
  }

  /** What the call came to where the stream itself has not failed: the chunks that are kept as they are. */
  get outcome(): Outcome {
    return this.#failure ?? { value: this.#chunks };
  }

  /** How many chunks have passed. */
  get seen(): number {
    return this.#seen;
  }

  add(chunk: unknown): void {
    if (!this.span.isRecording() || this.span.trace.hasLeft) return;
    if (this.#seen === 0) this.#recordFirst();
    this.#seen += 1;
    const kept = ArrayBuffer.isView(chunk) ? sizeOf(chunk) : chunk;
    if (this.#chunks.length < this.#chunksToKeep) this.#chunks.push(kept);
    else if (this.#chunksToKeep === 2) this.#chunks[1] = kept;
    this.#outputs?.add(kept);
    if (typeof chunk !== 'object' || chunk === null) return;
    this.#usage?.add(chunk);
    if (!this.span.definition.isModelCall) return;
    noteToolCalls(this.span, chunk);
    if (has(chunk, 'response') || has(chunk, 'response_metadata')) noteModel(this.span, chunk);
    this.noteFailure(chunk);
  }

  protected noteFailure(chunk: object): void {
    if (has(chunk, 'error') || has(chunk, 'errorText')) this.#failure ??= failureIn(chunk);
  }

  endAnswer(): void {
    this.#usage?.endAnswer();
  }

  /** Gives the span what has been gathered, unless the program has said otherwise. */
  settle(): void {
    const span = this.span;
    if (span.hasEnded) return; // its trace may have left
    if (this.#usage !== undefined) span.usage ??= this.#usage.usage;
    if (this.#seen === 0 || !span.isRecording() || this.#outputs === undefined) return;
    span.outputs ??= hideSplitSecrets(this.#outputs.toJson(this.#seen), this.#recorder.capture);
  }

  /** A reader was let go of. With the last one, the call is gone, too. */
  abandon(): void {
    this.readers -= 1;
    const span = this.span;
    if (this.readers > 0 || span.hasEnded) return;
    span.setAttribute(AttributeKey.streamCancelled, true);
    this.settle();
    finish({ span, recorder: this.#recorder, call: undefined }, this.outcome);
  }

  #recordFirst(): void {
    const span = this.span;
    span.setAttributeText(AttributeKey.timeToFirstChunk, String((now() - span.startMoment) / 1000));
  }
}

/** Bytes are not kept: a stream of them may be of any size. */
function sizeOf(bytes: ArrayBufferView): string {
  return `[${bytes.constructor.name} of ${bytes.byteLength} bytes]`;
}

/** The AI SDK tells what went wrong with the model in a chunk of its own; `errorText` is what it sends to a browser. */
function failureIn(chunk: object): Outcome | undefined {
  if (ownField(chunk, 'type') !== 'error') return undefined;
  return { thrown: ownField(chunk, 'error') ?? ownField(chunk, 'errorText') };
}

/** Cheap, as it is asked of every chunk. A proxy may throw at any question. */
function has(chunk: object, name: string): boolean {
  try {
    return name in chunk;
  } catch {
    return false;
  }
}

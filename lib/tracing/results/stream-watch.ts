import { AttributeKey } from '../../entities/attributes.js';
import { UsageAccumulator } from '../../usage/usage-accumulator.js';
import { now } from '../../utils/clock.js';
import type { OpenCall } from '../open-call.js';
import { finish } from './finish.js';
import { isOver } from './observers.js';
import type { Method } from './shadow.js';
import type { StreamObserver } from './stream-observers.js';

/** Chunks kept for a span's outputs; later ones are counted. */
const maxChunks = 10_000;

/** Ends the span of a stream that the program let go of without reading it to its end. */
const abandoned = new FinalizationRegistry<StreamWatch>((watch) => watch.cancel());

/** What is seen of one stream while the program reads it. The stream may have branches (`tee`): each chunk counts once. */
export class StreamWatch implements StreamObserver {
  readonly #open: OpenCall;
  readonly #chunks: unknown[] = [];
  readonly #usage: UsageAccumulator | undefined;
  #seen = 0;
  #openBranches = 1;

  constructor(open: OpenCall) {
    this.#open = open;
    const { isModelCall, usage } = open.call.definition;
    if (isModelCall && usage === undefined) this.#usage = new UsageAccumulator();
  }

  get isDone(): boolean {
    return isOver(this.#open.span);
  }

  follow(stream: object): void {
    abandoned.unregister(this);
    abandoned.register(stream, this, this);
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    const { recorder, context } = this.#open;
    return recorder.contexts.run(context, { target: fn, self, args });
  }

  chunk(chunk: unknown): void {
    if (this.#open.span.hasEnded) return;
    if (this.#seen === 0) this.#recordFirst();
    this.#seen += 1;
    if (this.#chunks.length < maxChunks) this.#chunks.push(ArrayBuffer.isView(chunk) ? sizeOf(chunk) : chunk);
    this.#usage?.add(chunk);
  }

  branch(): StreamBranch {
    return this.branchAt(this.#seen);
  }

  /** A branch that goes on after so many chunks. */
  branchAt(position: number): StreamBranch {
    this.#openBranches += 1;
    return new StreamBranch(this, position);
  }

  /** A chunk that is the `position`th of its branch: new, unless another branch was faster. */
  chunkAt(position: number, chunk: unknown): void {
    if (position > this.#seen) this.chunk(chunk);
  }

  end(returned?: unknown): void {
    const { span } = this.#open;
    if (span.hasEnded) return;
    if (returned !== undefined) span.setAttribute(AttributeKey.streamReturned, returned as object); // any value: it is captured as JSON
    this.#finish();
  }

  fail(thrown: unknown): void {
    this.#keepOutputs();
    this.#forget();
    finish(this.#open, { thrown });
  }

  /** With branches, the last one that stops ends the span. */
  cancel(): void {
    this.#openBranches -= 1;
    if (this.#openBranches > 0 || this.#open.span.hasEnded) return;
    this.#open.span.setAttribute(AttributeKey.streamCancelled, true);
    this.#finish();
  }

  #recordFirst(): void {
    const { span } = this.#open;
    span.setAttributeText(AttributeKey.timeToFirstChunk, String((now() - span.startMoment) / 1000));
  }

  #finish(): void {
    if (this.#usage !== undefined) this.#open.span.usage ??= this.#usage.usage;
    if (this.#seen > maxChunks) this.#chunks.push(`[${this.#seen - maxChunks} more chunks]`);
    this.#forget();
    finish(this.#open, { value: this.#chunks });
  }

  /** What came before the failure is worth as much as the rest would have been. */
  #keepOutputs(): void {
    const { span, call } = this.#open;
    if (this.#seen > 0 && call.definition.captureOutputs) span.setOutputs(this.#chunks);
    if (this.#usage !== undefined) span.usage ??= this.#usage.usage;
  }

  #forget(): void {
    abandoned.unregister(this);
  }
}

/** One of several readers of the same chunks. */
class StreamBranch implements StreamObserver {
  readonly #watch: StreamWatch;
  #position: number;

  constructor(watch: StreamWatch, position: number) {
    this.#watch = watch;
    this.#position = position;
  }

  get isDone(): boolean {
    return this.#watch.isDone;
  }

  follow(): void {
    // The whole watch follows one object; a branch that is dropped ends with the trace.
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    return this.#watch.run(fn, self, args);
  }

  chunk(chunk: unknown): void {
    this.#position += 1;
    this.#watch.chunkAt(this.#position, chunk);
  }

  end(): void {
    this.#watch.end();
  }

  fail(thrown: unknown): void {
    this.#watch.fail(thrown);
  }

  cancel(): void {
    this.#watch.cancel();
  }

  branch(): StreamBranch {
    return this.#watch.branchAt(this.#position);
  }
}

/** Bytes are not kept: a stream of them may be of any size. */
function sizeOf(bytes: ArrayBufferView): string {
  return `[${bytes.constructor.name} of ${bytes.byteLength} bytes]`;
}

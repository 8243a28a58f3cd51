import { type Observer, Observers } from './observers.js';
import type { Method } from './shadow.js';

/** What a reader of a stream reports to. */
export interface StreamObserver extends Observer {
  /** The object whose end of life is the end of the stream, if nobody reads it to its end. */
  follow(stream: object): void;
  /** Runs what reads the stream in the stream's own span. */
  run(fn: Method, self: unknown, args: readonly unknown[]): unknown;
  chunk(chunk: unknown): void;
  /** One of several answers is complete, where a stream brings more than one. */
  answered(): void;
  /** The stream is over. `returned` is what a generator returned at its end. */
  end(returned?: unknown): void;
  fail(thrown: unknown): void;
  /** The reader stopped early. */
  cancel(): void;
  /** A further reader of the same chunks. */
  branch(): StreamObserver;
  /** From here on it is but a place to branch from: when the branches have stopped, all have. */
  rest(): void;
}

/** All who observe one stream, as one. */
export class StreamObservers extends Observers<StreamObserver> implements StreamObserver {
  follow(stream: object): void {
    for (const member of this.members) member.follow(stream);
  }

  run(fn: Method, self: unknown, args: readonly unknown[]): unknown {
    for (const member of this.members) if (!member.isDone) return member.run(fn, self, args); // the innermost
    return Reflect.apply(fn, self, args);
  }

  chunk(chunk: unknown): void {
    for (const member of this.members) member.chunk(chunk);
  }

  answered(): void {
    for (const member of this.members) member.answered();
  }

  end(returned?: unknown): void {
    for (const member of this.members) member.end(returned);
    this.prune();
  }

  fail(thrown: unknown): void {
    for (const member of this.members) member.fail(thrown);
    this.prune();
  }

  cancel(): void {
    for (const member of this.members) member.cancel();
    this.prune();
  }

  branch(): StreamObservers {
    const branch = new StreamObservers();
    for (const member of this.members) branch.add(member.branch());
    return branch;
  }

  rest(): void {
    for (const member of this.members) member.rest();
  }
}

const observed = new WeakMap<object, StreamObservers>();

/**
 * Lets an observer see how a stream is read. The first one has the stream's methods shadowed; those who come later join it, since
 * shadows of shadows would pile up. `false` where the object cannot be changed.
 */
export function observe(
  stream: object,
  observer: StreamObserver,
  shadowMethods: (observers: StreamObservers) => boolean,
): boolean {
  if (!join(stream, observer, shadowMethods)) return false;
  observer.follow(stream);
  return true;
}

/** As `observe`, with nothing to follow yet. */
export function join(
  stream: object,
  observer: StreamObserver,
  shadowMethods: (observers: StreamObservers) => boolean,
): boolean {
  const present = observed.get(stream);
  if (present === observer) return true; // a stream that is its own iterator
  if (present !== undefined) return present.add(observer);
  const observers = new StreamObservers();
  observers.add(observer);
  if (!shadowMethods(observers)) return false;
  observed.set(stream, observers);
  return true;
}

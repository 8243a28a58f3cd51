import type { Waiting } from '../backlog.js';
import type { MemoryBacklogLimits } from '../memory-backlog.js';
import type { SegmentPlace } from './segment-file.js';
import type { Taken } from './taken.js';

/** A trace in memory, and where it stands on disk; `undefined` where it could not be written. */
export interface Held {
  readonly waiting: Waiting;
  readonly place: SegmentPlace | undefined;
}

/** Traces that wait in memory. Most of them stand on disk as well, and need not be read there. */
export class HeldTraces {
  #held: Held[] = [];
  #length = 0;

  get count(): number {
    return this.#held.length;
  }

  /** One alone always has room. */
  hasRoom(length: number, { maxTraces, maxLength }: MemoryBacklogLimits): boolean {
    return this.#held.length === 0 || (this.#held.length < maxTraces && this.#length + length <= maxLength);
  }

  hold(held: Held): void {
    this.#held.push(held);
    this.#length += held.waiting.length;
  }

  take(most: number): Taken | undefined {
    if (this.#held.length === 0) return undefined;
    const held = this.#held.splice(0, most);
    for (const { waiting } of held) this.#length -= waiting.length;
    return {
      traces: held.map(({ waiting }) => waiting.trace),
      own: held.length,
      place: () => held.findLast(({ place }) => place?.segment.isGone === false)?.place,
      // What came later stands behind it on disk, and must not leave before it.
      putBack: () => this.#keepInMemory([...held, ...this.#held]),
    };
  }

  /** Leaves on disk what stands there. What could not be written stays. */
  forget(): void {
    this.#keepInMemory(this.#held);
  }

  /** Says how many are lost by that. */
  close(): number {
    this.forget();
    return this.#held.splice(0).length;
  }

  #keepInMemory(held: readonly Held[]): void {
    this.#held = [];
    this.#length = 0;
    for (const one of held) {
      if (one.place === undefined || one.place.segment.isGone) this.hold(one);
      else one.place.segment.leaveOnDisk(one.place);
    }
  }
}

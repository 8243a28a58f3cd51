import type { OwnSegments } from './own-segments.js';
import type { SegmentPlace } from './segment-file.js';
import type { Handed } from './taken.js';

/** Up to where this process's files have been delivered. What is behind a trace that waits is marked when that is settled. */
export class DeliveredMark {
  readonly #own: OwnSegments;
  #order = 0;
  #place: SegmentPlace | undefined;

  constructor(own: OwnSegments) {
    this.#own = own;
  }

  /** Notes that something has been delivered; of what was taken in another order, the last counts. */
  note({ taken, order }: Handed): void {
    const place = taken.place();
    if (place === undefined || order < this.#order) return;
    this.#order = order;
    this.#place = place;
  }

  /** Throws what the system says. */
  write(): void {
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) this.#own.acknowledge(place);
  }
}

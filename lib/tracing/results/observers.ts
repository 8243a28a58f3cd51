import type { RecordingSpan } from '../recording-span.js';

/** Calls that wait for one and the same object; further ones are not watched. */
const maxObservers = 1000;

/** Who looks at an object on behalf of a span. */
export interface Observer {
  /** Whether the span needs no more of the object. */
  readonly isDone: boolean;
}

/** The observers of one object: a traced function may return the same one many times, and another may hand it on. */
export class Observers<Member extends Observer> implements Observer {
  #members: Member[] = [];

  get isDone(): boolean {
    return this.#members.every((member) => member.isDone);
  }

  /** In the order in which they joined, which is that of the calls from the inside out. */
  protected get members(): readonly Member[] {
    return this.#members;
  }

  /** `false` where too many wait already. */
  add(member: Member): boolean {
    if (this.#members.length >= maxObservers) this.prune();
    if (this.#members.length >= maxObservers) return false;
    this.#members.push(member);
    return true;
  }

  /** All of them, who leave with it. */
  take(): readonly Member[] {
    const members = this.#members;
    this.#members = [];
    return members;
  }

  /** Lets go of those that are done. */
  protected prune(): void {
    this.#members = this.#members.filter((member) => !member.isDone);
  }
}

/** Whether nothing that is still to come would be recorded. */
export function isOver({ hasEnded, trace }: RecordingSpan): boolean {
  return hasEnded || trace.hasLeft;
}

import type { Handed } from './taken.js';

/** A trace that failed alone, again and again: either the server takes nothing, or it is to blame itself. */
interface Suspect {
  readonly handed: Handed;
  /** `due` where others have been taken since it failed, `failed` where it has failed once more since then. */
  chance: 'none' | 'due' | 'failed';
  /** How often it has failed between two successes of others. */
  strikes: number;
}

/** In memory at once. Where all fail, the first ones are as good as any. */
const maxSuspects = 32;
/** Once or twice may be chance, with a server that comes and goes. */
const maxStrikes = 3;

/**
 * Traces that wait in memory while others are tried. One is to blame where it fails between two successes of others, again and again:
 * that a server takes others after it has failed may mean no more than that the server is back.
 */
export class Suspects {
  #suspects: Suspect[] = [];
  /** The one that is tried now. */
  #tried: Suspect | undefined;
  /** Of whatever was tried last. */
  #wasTaken = false;

  /** Those that wait. */
  get count(): number {
    return this.#suspects.length;
  }

  get isFull(): boolean {
    return this.#suspects.length >= maxSuspects;
  }

  /** Whether any of them is not settled: what stands on disk behind it must not be marked as delivered. */
  get arePending(): boolean {
    return this.#suspects.length > 0 || this.#tried !== undefined;
  }

  add(handed: Handed): void {
    this.#suspects.push({ handed, chance: 'none', strikes: 0 });
  }

  /** One that is due, unless others are wanted to judge the last one by. */
  takeDue(): Handed | undefined {
    if (this.#suspects.some(({ chance }) => chance === 'failed')) return undefined;
    return this.#take(this.#suspects.find(({ chance }) => chance === 'due'));
  }

  /** The one that was tried last, if others are wanted to judge it by, else the one that has waited longest. */
  takeAny(): Handed | undefined {
    return this.#take(this.#suspects.find(({ chance }) => chance === 'failed') ?? this.#suspects[0]);
  }

  isTried(handed: Handed): boolean {
    return this.#tried?.handed === handed;
  }

  /** Nothing is known of the one that was tried. */
  putBack(): void {
    if (this.#tried !== undefined) this.#suspects.push(this.#tried);
    this.#tried = undefined;
  }

  noteFailure(): void {
    // The server may be gone again: what failed meanwhile says nothing.
    for (const suspect of this.#suspects) if (suspect.chance === 'failed') suspect.chance = 'none';
    if (this.#tried?.chance === 'due') this.#tried.chance = this.#wasTaken ? 'failed' : 'none';
    this.#wasTaken = false;
    this.putBack();
  }

  /** Something was taken, maybe the one that was tried. Says who is to blame for its failures, and is done with. */
  noteSuccess(): readonly Handed[] {
    this.#tried = undefined;
    this.#wasTaken = true;
    for (const suspect of this.#suspects) {
      if (suspect.chance === 'failed') suspect.strikes += 1;
      suspect.chance = 'due';
    }
    const guilty = this.#suspects.filter(({ strikes }) => strikes >= maxStrikes);
    this.#suspects = this.#suspects.filter(({ strikes }) => strikes < maxStrikes);
    return guilty.map(({ handed }) => handed);
  }

  /** Leaves on disk what stands there. Says how many are lost by that. */
  close(): number {
    this.putBack();
    let lost = 0;
    for (const { handed } of this.#suspects.splice(0)) {
      const place = handed.taken.place();
      if (place === undefined) lost += 1;
      else place.segment.leaveOnDisk(place);
    }
    return lost;
  }

  #take(suspect: Suspect | undefined): Handed | undefined {
    if (suspect === undefined) return undefined;
    this.#suspects = this.#suspects.filter((one) => one !== suspect);
    this.#tried = suspect;
    return suspect.handed;
  }
}

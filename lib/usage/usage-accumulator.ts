import type { TokenUsage } from '../entities/token-usage.js';
import { findUsage } from './find-usage.js';
import { ownField, ownObject } from './own-fields.js';
import { addTokenUsage } from './sum-token-usage.js';
import { type UsageCounts, updateCounts, usageOfCounts } from './usage-counts.js';

/**
 * Gathers the token usage of a stream, chunk by chunk as it passes. It keeps counts alone, never a chunk, calls no
 * accessor of a chunk, and never throws.
 */
export class UsageAccumulator {
  /** Of the parts that are complete, such as the earlier steps of an agent. */
  #earlier: TokenUsage | undefined;
  #current: UsageCounts | undefined;
  #answerId: string | undefined;

  /** Takes in one chunk. Anything without a usage of a known shape is passed over. */
  add(chunk: unknown): void {
    if (typeof chunk !== 'object' || chunk === null) return;
    try {
      this.#addFrom(chunk);
    } catch {
      // A proxy may throw at any question; such a chunk has no usage for us.
    }
  }

  /** An answer is complete: what follows is counted on top of it. */
  endAnswer(): void {
    this.#earlier = this.usage;
    this.#current = undefined;
  }

  /** What has been gathered so far; `undefined` as long as no usage was reported. */
  get usage(): TokenUsage | undefined {
    const current = this.#current === undefined ? undefined : usageOfCounts(this.#current);
    if (this.#earlier === undefined || current === undefined) return this.#earlier ?? current;
    return addTokenUsage(this.#earlier, current);
  }

  #addFrom(chunk: object): void {
    const counts = findUsage(chunk);
    if (counts === undefined) return;
    const isAnotherAnswer = this.#isAnotherAnswer(chunk);
    if (counts.mode === 'replace') {
      this.#earlier = undefined;
      this.#current = counts;
    } else if (this.#current === undefined || counts.mode === 'add' || isAnotherAnswer) {
      this.#earlier = this.usage;
      this.#current = counts;
    } else if (counts.mode === 'update') {
      this.#current = updateCounts(this.#current, counts);
    }
  }

  /** Whether it is a whole answer, and not the one before: a list may hold the answers of several calls, and a stream those of an agent. */
  #isAnotherAnswer(chunk: object): boolean {
    const id = idOfWholeAnswer(chunk);
    if (id === undefined) return false;
    const isAnother = this.#answerId !== undefined && this.#answerId !== id;
    this.#answerId = id;
    return isAnother;
  }
}

/** Chunks are told by their kind, not by their id: some servers give each chunk of one answer an id of its own. */
function idOfWholeAnswer(chunk: object): string | undefined {
  const answer = wholeAnswerIn(chunk) ?? wholeAnswerIn(ownObject(chunk, 'data'));
  const id = answer && ownField(answer, 'id');
  return typeof id === 'string' ? id : undefined;
}

function wholeAnswerIn(chunk: object | undefined): object | undefined {
  const kind = chunk && (ownField(chunk, 'object') ?? ownField(chunk, 'type'));
  const place = typeof kind === 'string' ? wholeAnswers.get(kind) : undefined;
  return place === undefined || place === 'itself' ? place && chunk : ownObject(chunk, place);
}

/** Where the answer stands in what has this kind. */
const wholeAnswers: ReadonlyMap<string, string> = new Map([
  ['chat.completion', 'itself'],
  ['response', 'itself'],
  ['message', 'itself'],
  ['message_start', 'message'],
  ['response.completed', 'response'],
  ['response.incomplete', 'response'],
  ['response.failed', 'response'],
  ['response_done', 'response'],
]);

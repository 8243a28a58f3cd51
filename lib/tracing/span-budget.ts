import type { BudgetExceededError } from '../errors.js';

/** What is left of an agent's budget. */
export interface SpanBudget {
  /** Fires when the budget is used up. */
  readonly signal: AbortSignal;
  /** Whether what it was for has ended; it limits nothing any more. */
  readonly isOver: boolean;
  /** Counts a call that is about to begin, unless it is part of one that was counted; an error if it may not. */
  admit(kind: 'llmCalls' | 'toolCalls', calls: 0 | 1): BudgetExceededError | undefined;
  spend(tokens: number): void;
  close(): void;
}

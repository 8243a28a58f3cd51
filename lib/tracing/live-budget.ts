import { AttributeKey, SpanType } from '../entities/attributes.js';
import { BudgetExceededError } from '../errors.js';
import { now } from '../utils/clock.js';
import { classBudgetOf } from './capture/class-facts.js';
import type { RecordingSpan, SpanBudget } from './recording-span.js';
import type { Budget } from './span-definition.js';

/** What is left of an agent's budget while one call of it is open. */
class LiveBudget implements SpanBudget {
  readonly #span: RecordingSpan;
  readonly #limits: Budget;
  readonly #abort = new AbortController();
  readonly #used = { tokens: 0, llmCalls: 0, toolCalls: 0 };
  readonly #timer: NodeJS.Timeout | undefined;
  #refusal: BudgetExceededError | undefined;

  constructor(span: RecordingSpan, limits: Budget) {
    this.#span = span;
    this.#limits = limits;
    if (limits.ms !== undefined) {
      this.#timer = setTimeout(() => this.#checkTime(), limits.ms);
      this.#timer.unref();
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  admit(kind: 'llmCalls' | 'toolCalls'): BudgetExceededError | undefined {
    this.#checkTime();
    if (this.#refusal === undefined) {
      this.#used[kind] += 1;
      this.#checkCount(kind, this.#used[kind] - 1);
    }
    return this.#refusal;
  }

  spend(tokens: number): void {
    this.#used.tokens += tokens;
    this.#checkCount('tokens', this.#used.tokens);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #checkTime(): void {
    const { ms } = this.#limits;
    const elapsed = Math.floor(now() - this.#span.startMoment);
    if (ms !== undefined && elapsed >= ms) this.#exceed('ms', ms, elapsed);
  }

  /** A budget is used up once as much was used as it allows: then nothing more is begun. */
  #checkCount(kind: 'tokens' | 'llmCalls' | 'toolCalls', used: number): void {
    const limit = this.#limits[kind];
    if (limit !== undefined && used >= limit) this.#exceed(kind, limit, used);
  }

  #exceed(kind: keyof Budget, limit: number, used: number): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = new BudgetExceededError(this.#span.name, { kind, limit, used });
    this.#span.setAttribute(AttributeKey.budgetExceeded, kind);
    this.#abort.abort(this.#refusal);
  }
}

/** A call that enters an agent begins what it may use: as its own decorator says, else that of the agent's class. */
export function openBudget(span: RecordingSpan, self: unknown): void {
  const { entry, conversation, budget } = span.definition;
  const limits = budget ?? (entry === undefined && conversation === undefined ? undefined : classBudgetOf(self));
  if (limits === undefined) return;
  span.trace.hasBudget = true;
  span.budget = new LiveBudget(span, limits);
}

/** The first budget around a call of a model or a tool that does not allow it, as an error; `undefined` if all do. */
export function refusalOf(span: RecordingSpan): BudgetExceededError | undefined {
  if (!span.trace.hasBudget) return undefined;
  const { isModelCall, type } = span.definition;
  if (!isModelCall && type !== SpanType.tool) return undefined;
  for (const budget of budgetsAround(span)) {
    const refusal = budget.admit(isModelCall ? 'llmCalls' : 'toolCalls');
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The tokens of a model's call count for every budget around it. */
export function spendTokens(span: RecordingSpan): void {
  const isModelCall = span.definition.isModelCall || span.definition.isNative;
  if (span.usage === undefined || !isModelCall) return;
  for (const budget of budgetsAround(span)) budget.spend(span.usage.totalTokens);
}

/** The budgets of the open spans above, the nearest first. */
export function budgetsAround(span: RecordingSpan | undefined): readonly SpanBudget[] {
  const budgets: SpanBudget[] = [];
  for (let above = span; above !== undefined; above = above.parent) {
    if (above.budget !== undefined && !above.hasEnded) budgets.push(above.budget);
  }
  return budgets;
}

/** What a refused call gives: an error in the form that the caller of such a function expects. */
export function refuse(target: object, error: BudgetExceededError): unknown {
  switch (Object.prototype.toString.call(target)) {
    case '[object AsyncFunction]':
      return Promise.reject(error);
    case '[object AsyncGeneratorFunction]':
      return failingAsyncGenerator(error);
    case '[object GeneratorFunction]':
      return failingGenerator(error);
    default:
      throw error;
  }
}

// biome-ignore lint/correctness/useYield: it fails before it could
async function* failingAsyncGenerator(error: BudgetExceededError): AsyncGenerator<never> {
  throw error;
}

// biome-ignore lint/correctness/useYield: likewise
function* failingGenerator(error: BudgetExceededError): Generator<never> {
  throw error;
}

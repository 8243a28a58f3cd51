import { types } from 'node:util';
import { AttributeKey, SpanType } from '../entities/attributes.js';
import { BudgetExceededError } from '../errors.js';
import { now } from '../utils/clock.js';
import { classBudgetOf } from './capture/class-facts.js';
import type { Participant } from './participant.js';
import type { RecordingSpan } from './recording-span.js';
import type { SpanBudget } from './span-budget.js';
import type { Branch } from './span-conversation.js';
import type { Budget, SpanDefinition } from './span-definition.js';

/** Whose budget it is, and where the trace tells that it is used up. */
interface BudgetHolder {
  readonly name: string;
  readonly startMoment: number;
  readonly span: RecordingSpan;
}

/** Longer timers of Node's fire at once; a budget of more days than that is looked at when calls begin. */
const longestTimerMs = 2_147_483_647;

/** What is left of an agent's budget while one call of it is open. */
class LiveBudget implements SpanBudget {
  readonly #holder: BudgetHolder;
  readonly #limits: Budget;
  readonly #abort = new AbortController();
  readonly #used = { tokens: 0, llmCalls: 0, toolCalls: 0 };
  #timer: NodeJS.Timeout | undefined;
  #refusal: BudgetExceededError | undefined;

  constructor(holder: BudgetHolder, limits: Budget) {
    this.#holder = holder;
    this.#limits = limits;
    const { ms } = limits;
    if (ms === undefined || ms > longestTimerMs) return;
    // A timer may fire a little early, and its time is over nevertheless.
    // biome-ignore lint/style/noRestrictedGlobals: budgets are part of what the program does, and pass with its own time
    this.#timer = setTimeout(() => this.#exceed('ms', ms, Math.max(ms, this.#elapsed())), ms);
    this.#timer.unref?.(); // where it is faked, it may be a mere number
  }

  get isOver(): boolean {
    return this.#holder.span.hasEnded;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  admit(kind: 'llmCalls' | 'toolCalls', calls: 0 | 1): BudgetExceededError | undefined {
    const { ms } = this.#limits;
    if (ms !== undefined && this.#elapsed() >= ms) this.#exceed('ms', ms, this.#elapsed());
    if (calls > 0) this.#checkCount(kind, this.#used[kind]);
    if (this.#refusal === undefined) this.#used[kind] += calls;
    return this.#refusal;
  }

  spend(tokens: number): void {
    this.#used.tokens += tokens;
    this.#checkCount('tokens', this.#used.tokens);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined; // it holds the context that it was set in
  }

  #elapsed(): number {
    return Math.floor(now() - this.#holder.startMoment);
  }

  /** A budget is used up once as much was used as it allows: then nothing more is begun. */
  #checkCount(kind: 'tokens' | 'llmCalls' | 'toolCalls', used: number): void {
    const limit = this.#limits[kind];
    if (limit !== undefined && used >= limit) this.#exceed(kind, limit, used);
  }

  #exceed(kind: keyof Budget, limit: number, used: number): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = new BudgetExceededError(this.#holder.name, { kind, limit, used });
    this.#holder.span.setAttribute(AttributeKey.budgetExceeded, kind);
    this.#abort.abort(this.#refusal);
  }
}

/** A call that enters an agent begins what it may use: as its own decorator says, else that of the agent's class. */
export function openBudget(span: RecordingSpan, self: unknown): void {
  const { entry, conversation, budget } = span.definition;
  const limits = budget ?? (entry === undefined && conversation === undefined ? undefined : classBudgetOf(self));
  if (limits === undefined) return;
  span.trace.hasBudget = true;
  span.budget = new LiveBudget({ name: span.name, startMoment: span.startMoment, span }, limits);
}

/**
 * What may be used where an agent has been spoken to: all that holds around it, and the budget of the agent's class. That begins with
 * the first message to it and goes on while it is answered from within.
 */
export function branchBudgets(
  { agent, name }: Participant,
  conversation: RecordingSpan,
  outer: Branch | undefined,
): readonly SpanBudget[] {
  const around = openBudgetsOf(outer);
  const limits = classBudgetOf(agent);
  if (limits === undefined || around.some((budget) => holders.get(budget) === agent)) return around;
  conversation.trace.hasBudget = true;
  const budget = new LiveBudget({ name: name ?? 'agent', startMoment: now(), span: conversation }, limits);
  holders.set(budget, agent);
  return [budget, ...around];
}

/** Code may run on in a branch when its conversation has long ended, and begin others. */
export function openBudgetsOf(branch: Branch | undefined): readonly SpanBudget[] {
  return branch?.budgets.filter(({ isOver }) => !isOver) ?? [];
}

const holders = new WeakMap<SpanBudget, unknown>();

/** A call within a branch uses what that branch may use. */
export function spendInBranch(span: RecordingSpan, branch: Branch): void {
  const budgets = openBudgetsOf(branch);
  if (budgets.length > 0) budgetsOfBranch.set(span, budgets);
}

const budgetsOfBranch = new WeakMap<RecordingSpan, readonly SpanBudget[]>();

/** The first budget around a call of a model or a tool that does not allow it, as an error; `undefined` if all do. */
export function refusalOf(span: RecordingSpan): BudgetExceededError | undefined {
  if (!span.trace.hasBudget) return undefined;
  const { isModelCall, type } = span.definition;
  if (!isModelCall && type !== SpanType.tool) return undefined;
  const kind = isModelCall ? 'llmCalls' : 'toolCalls';
  const calls = isModelCall && isFirstWithin(modelCallAround(span)) ? 0 : 1;
  for (const budget of budgetsAround(span)) {
    const refusal = budget.admit(kind, calls);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What was spent, and how many models were called, within calls of models that are open. */
const tokensWithin = new WeakMap<RecordingSpan, number>();
const callsWithin = new WeakMap<RecordingSpan, number>();

function modelCallAround(span: RecordingSpan): RecordingSpan | undefined {
  for (let above = span.parent; above !== undefined; above = above.parent) {
    if (above.definition.isModelCall && !above.hasEnded) return above;
  }
  return undefined;
}

/** A wrapper around a call of a model is that call; only what it calls beyond it, to try again for example, is more. */
function isFirstWithin(wrapper: RecordingSpan | undefined): boolean {
  if (wrapper === undefined) return false;
  const calls = callsWithin.get(wrapper) ?? 0;
  callsWithin.set(wrapper, calls + 1);
  return calls === 0;
}

/** The tokens of a model's call count for every budget around it, but not again those that calls within it have reported. */
export function spendTokens(span: RecordingSpan): void {
  if (span.usage === undefined || !(span.definition.isModelCall || span.definition.isNative)) return;
  const tokens = span.usage.totalTokens - (tokensWithin.get(span) ?? 0);
  if (tokens <= 0) return;
  for (const budget of budgetsAround(span)) budget.spend(tokens);
  for (let above = modelCallAround(span); above !== undefined; above = modelCallAround(above)) {
    tokensWithin.set(above, (tokensWithin.get(above) ?? 0) + tokens);
  }
}

/** The budgets of the open spans above, and of the branches that they are in, the nearest first. */
export function budgetsAround(span: RecordingSpan | undefined): readonly SpanBudget[] {
  const budgets: SpanBudget[] = [];
  for (let above = span; above !== undefined; above = above.parent) {
    if (above.budget !== undefined && !above.hasEnded) budgets.push(above.budget);
    const ofBranch = above.trace.hasBudget ? budgetsOfBranch.get(above) : undefined;
    if (ofBranch !== undefined) budgets.push(...ofBranch);
  }
  return budgets;
}

/** Functions that have given a promise, as others than `async` ones may. Known only of those called within a budget. */
const promising = new WeakSet<object>();

/** Remembers what a function gives, so that a refusal can be given likewise. */
export function noteResult(target: object, result: unknown): void {
  if (types.isPromise(result)) promising.add(target);
}

/** A call that a budget does not allow. */
interface RefusedCall {
  readonly definition: SpanDefinition;
  readonly target: object;
}

/** What a refused call gives: an error in the form that the caller of such a function expects. */
export function refuse({ definition, target }: RefusedCall, error: BudgetExceededError): unknown {
  switch (Object.prototype.toString.call(target)) {
    case '[object AsyncFunction]':
      return Promise.reject(error);
    case '[object AsyncGeneratorFunction]':
      return failingAsyncGenerator(error);
    case '[object GeneratorFunction]':
      return failingGenerator(error);
    default:
      // Models answer over the network: one that was never called gives a promise, too.
      if (definition.isModelCall || promising.has(target)) return Promise.reject(error);
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

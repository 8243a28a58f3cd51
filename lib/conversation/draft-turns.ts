import { AttributeKey, SpanType } from '../entities/attributes.js';
import type { Cost } from '../entities/cost.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { getOrInsert } from '../utils/get-or-insert.js';
import { isCount } from '../utils/is-count.js';
import { CallCounts, isToolCall } from './call-counts.js';
import { type Call, compareTimes, millisecondsBetween, type Visit } from './call-tree.js';
import type { ToolCall } from './conversation.js';
import { agentOf, type Exchange, exchangeOf, textAttribute } from './read-agent-span.js';

/** What is gathered under one roof: a turn, or what an agent did outside of turns. */
export interface Work {
  llmCalls: number;
  readonly tools: ToolCall[];
  readonly usages: TokenUsage[];
  readonly costs: Cost[];
  failures: number;
}

/** What has been counted: of usage and cost the calls that have it, or are below one that has. */
interface Counted {
  readonly calls: CallCounts;
  readonly usage: Set<Call>;
  readonly cost: Set<Call>;
}

/** A turn while it is put together. */
export interface DraftTurn extends Work {
  index: number;
  readonly agent: string;
  readonly call: Call;
  /** The messages, where the turn's span records them. */
  readonly exchange: Exchange | undefined;
  readonly parent: DraftTurn | undefined;
}

/** The turns of a trace, and which turn each span belongs to. */
export interface DraftTurns {
  readonly turns: readonly DraftTurn[];
  /** By agent, as far as the calls tell theirs: a turn that failed, a summary after the last message. */
  readonly outside: Outside;
  readonly turnOf: ReadonlyMap<Call, DraftTurn>;
  /** Of each AGENT span that records messages, be it a turn or within one. */
  readonly exchanges: ReadonlyMap<Call, Exchange>;
}

/** What lies outside of all turns. */
export class Outside {
  readonly #works = new Map<string | undefined, Work>();
  readonly #agents = new Map<Call, string>();

  /** By agent; `undefined` comes last. */
  get works(): ReadonlyMap<string | undefined, Work> {
    const named = [...this.#works].filter(([agent]) => agent !== undefined);
    const unnamed = this.#works.get(undefined);
    return new Map([...named, ...(unnamed === undefined ? [] : [[undefined, unnamed] as const])]);
  }

  /** Whose a call is: as it says itself, else as a call around it does. */
  agentOf(call: Call): string | undefined {
    return this.#agents.get(call);
  }

  /** Where a call belongs; calls come after those around them. */
  workAround(call: Call): Work {
    const agent = textAttribute(call.span, AttributeKey.agentName) ?? (call.parent && this.#agents.get(call.parent));
    if (agent !== undefined) this.#agents.set(call, agent);
    return getOrInsert(this.#works, agent, noWork);
  }
}

/** Finds the turns: an agent's span opens one unless it runs within that agent's own turn. */
export function draftTurns(visits: readonly Visit[]): DraftTurns {
  const turns: DraftTurn[] = [];
  const outside = new Outside();
  const turnOf = new Map<Call, DraftTurn>();
  const exchanges = new Map<Call, Exchange>();
  const counted: Counted = { calls: new CallCounts(), usage: new Set(), cost: new Set() };
  for (const call of entered(visits)) {
    const around = call.parent && turnOf.get(call.parent);
    const exchange = call.type === SpanType.agent ? exchangeOf(call.span) : undefined;
    const opened = openedBy(call, exchange, around);
    if (exchange !== undefined) exchanges.set(call, exchange);
    if (opened !== undefined) turns.push(opened);
    const turn = opened ?? around;
    if (turn !== undefined) turnOf.set(call, turn);
    gather(call, turn ?? outside.workAround(call), counted);
  }
  return { turns: numbered(turns), outside, turnOf, exchanges };
}

function entered(visits: readonly Visit[]): readonly Call[] {
  return visits.flatMap(({ call, isEntry }) => (isEntry ? call : []));
}

/** The turn that begins with a call, if one does. */
function openedBy(call: Call, exchange: Exchange | undefined, around: DraftTurn | undefined): DraftTurn | undefined {
  if (call.type !== SpanType.agent) return undefined;
  const agent = agentOf(call.span, exchange !== undefined);
  if (around?.agent === agent) return undefined;
  return { ...noWork(), index: 0, agent, call, exchange, parent: around };
}

function noWork(): Work {
  return { llmCalls: 0, tools: [], usages: [], costs: [], failures: 0 };
}

/** A usage counts only if no span above has one: a total of an agent holds those of its calls. */
function gather(call: Call, work: Work, counted: Counted): void {
  const { span } = call;
  if (counted.calls.isModelCall(call)) work.llmCalls++;
  if (isToolCall(call)) work.tools.push(toolCallOf(call));
  const usage = isCounted(call, counted.usage) ? undefined : span.tokenUsage;
  const cost = isCounted(call, counted.cost) ? undefined : span.cost;
  if (usage !== undefined) {
    work.usages.push(usage);
    counted.usage.add(call);
  }
  if (cost !== undefined) {
    work.costs.push(cost);
    counted.cost.add(call);
  }
}

function isCounted(call: Call, counted: Set<Call>): boolean {
  if (call.parent === undefined || !counted.has(call.parent)) return false;
  counted.add(call);
  return true;
}

function toolCallOf({ span }: Call): ToolCall {
  return {
    name: textAttribute(span, AttributeKey.toolName) ?? span.name,
    spanId: span.spanId,
    startTimeNs: span.startTimeNs,
    durationMs: millisecondsBetween(span.startTimeNs, span.endTimeNs),
    hasFailed: span.status.code === 'ERROR',
  };
}

/** In order: as the spans say where each says another index, else by start. */
function numbered(turns: DraftTurn[]): readonly DraftTurn[] {
  const said = turns.map(({ call }) => call.span.getAttribute(AttributeKey.turnIndex)).filter(isCount);
  const areSaid = said.length === turns.length && new Set(said).size === turns.length;
  turns.sort((left, right) => compareTimes(left.call.span.startTimeNs, right.call.span.startTimeNs));
  for (const [index, turn] of turns.entries()) {
    turn.index = areSaid ? Number(turn.call.span.getAttribute(AttributeKey.turnIndex)) : index;
  }
  return areSaid ? turns.sort((left, right) => left.index - right.index) : turns;
}

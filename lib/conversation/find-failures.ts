import type { Span } from '../entities/span.js';
import { type Call, compareTimes, type Visit } from './call-tree.js';
import type { Failure } from './conversation.js';
import type { DraftTurn, DraftTurns } from './draft-turns.js';

type Exception = Pick<Failure, 'type' | 'message' | 'causes'>;

/**
 * Each error once, where it arose: a failed span is only on an error's way if the same exception failed a span within it.
 * The turns are told of theirs.
 */
export function findFailures(visits: readonly Visit[], { turnOf, outside }: DraftTurns): readonly Failure[] {
  const failures: Failure[] = [];
  const arisen = new Map<string, number>(); // how often, by exception
  const atEntry = new Map<Call, number>();
  const handled = handledCalls(visits);
  for (const { call, isEntry } of visits) {
    if (call.span.status.code !== 'ERROR') continue;
    const exception = exceptionOf(call.span);
    const key = keyOf(exception);
    const count = arisen.get(key) ?? 0;
    if (isEntry) atEntry.set(call, count);
    else if (count === atEntry.get(call)) {
      arisen.set(key, count + 1);
      const turn = turnOf.get(call);
      (turn ?? outside).failures++;
      failures.push(failureOf(call, turn, { ...exception, isHandled: handled.has(call) }));
    }
  }
  return failures.sort((left, right) => compareTimes(left.timeNs, right.timeNs));
}

/** Calls below one that ended well. */
function handledCalls(visits: readonly Visit[]): ReadonlySet<Call> {
  const handled = new Set<Call>();
  for (const { call, isEntry } of visits) {
    const { parent } = call;
    if (isEntry && parent !== undefined && (parent.span.status.code === 'OK' || handled.has(parent))) handled.add(call);
  }
  return handled;
}

function failureOf(call: Call, turn: DraftTurn | undefined, facts: Exception & Pick<Failure, 'isHandled'>): Failure {
  const { spanId, endTimeNs } = call.span;
  return { spanId, agent: turn?.agent, turn: turn?.index, ...facts, path: pathTo(call), timeNs: endTimeNs };
}

/** What failed a span: the last exception it recorded; else its status, which reads `Type: message` or is the message alone. */
function exceptionOf({ events, status }: Span): Exception {
  const attributes = events.findLast(({ name }) => name === 'exception')?.attributes;
  if (attributes === undefined) {
    const [, type, message = status.message] = /^([\w$.]*(?:Error|Exception))(?:: (.*))?$/s.exec(status.message) ?? [];
    return { type, message: type !== undefined && message === type ? '' : message, causes: [] };
  }
  const { 'exception.type': type, 'exception.message': message, 'exception.causes': causes } = attributes;
  return {
    type: typeof type === 'string' ? type : undefined,
    message: typeof message === 'string' ? message : status.message,
    causes: Array.isArray(causes) ? causes.map(String) : [],
  };
}

function keyOf({ type, message }: Exception): string {
  return `${type ?? ''}\n${message}`;
}

function pathTo(call: Call): readonly string[] {
  const names: string[] = [];
  for (let at: Call | undefined = call; at !== undefined; at = at.parent) names.push(at.span.name);
  return names.reverse();
}

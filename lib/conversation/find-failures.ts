import type { Span } from '../entities/span.js';
import { errorLine } from '../utils/error-line.js';
import { type Call, compareTimes, type Visit } from './call-tree.js';
import type { Failure } from './conversation.js';
import type { DraftTurns } from './draft-turns.js';

type Exception = Pick<Failure, 'type' | 'message' | 'causes'>;

interface DraftFailure extends Failure {
  readonly rethrownAs: string[];
}

/** A path of all names would make the failures of a deep trace grow with the square of its depth. */
const maxPathNames = 100;

/**
 * Each error once, where it arose: a failed span is only on an error's way if the same exception, or one of its causes, failed a
 * span within it. The turns are told of theirs.
 */
export function findFailures(visits: readonly Visit[], { turnOf, outside }: DraftTurns): readonly Failure[] {
  const failures: DraftFailure[] = [];
  const places = new Map<string, number>(); // in `failures`: the latest that was thrown as an exception
  const atEntry = new Map<Call, number>();
  const handled = handledCalls(visits);
  for (const { call, isEntry } of visits) {
    if (call.span.status.code !== 'ERROR') continue;
    if (isEntry) {
      atEntry.set(call, failures.length);
      continue;
    }
    const exception = exceptionOf(call.span);
    const text = errorLine(exception.type, exception.message);
    const arisen = [text, ...exception.causes].find((thrown) => (places.get(thrown) ?? -1) >= (atEntry.get(call) ?? 0));
    if (arisen === undefined) {
      const turn = turnOf.get(call);
      (turn ?? outside.workAround(call)).failures++;
      const agent = turn?.agent ?? outside.agentOf(call);
      failures.push(failureOf(call, { agent, turn: turn?.index }, { ...exception, isHandled: handled.has(call) }));
      places.set(text, failures.length - 1);
    } else if (arisen !== text) {
      const place = places.get(arisen) ?? 0;
      failures[place]?.rethrownAs.push(text);
      places.set(text, place);
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

function failureOf(
  call: Call,
  whose: Pick<Failure, 'agent' | 'turn'>,
  facts: Exception & Pick<Failure, 'isHandled'>,
): DraftFailure {
  const { spanId, endTimeNs } = call.span;
  return { spanId, ...whose, ...facts, rethrownAs: [], path: pathTo(call), timeNs: endTimeNs };
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

function pathTo(call: Call): readonly string[] {
  const names: string[] = [];
  let at: Call | undefined = call;
  for (; at !== undefined && names.length < maxPathNames; at = at.parent) names.push(at.span.name);
  if (at !== undefined) names.push('…');
  return names.reverse();
}

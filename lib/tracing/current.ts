import { active } from './active-recorder.js';
import { budgetsAround, openBudgetsOf } from './live-budget.js';
import type { LiveSpan } from './live-span.js';
import { nonRecordingSpan } from './non-recording-span.js';
import type { RecordingSpan } from './recording-span.js';
import { branchIn, type SessionScope, withSessionInContext } from './surroundings.js';
import type { TraceUpdate } from './trace-update.js';

/**
 * The span this code runs in: that of the nearest decorated call around it. Where there is none, or while tracing is off,
 * a span that records nothing, so that nobody has to ask.
 *
 * @example
 * ```ts
 * getCurrentSpan().setAttribute('retries', 2).setTokenUsage({ inputTokens: 24, outputTokens: 3 });
 * ```
 */
export function getCurrentSpan(): LiveSpan {
  return currentSpan() ?? nonRecordingSpan;
}

/**
 * Says more about the trace this code runs in. Does nothing where there is none. Values are redacted like any other.
 *
 * @example
 * ```ts
 * updateCurrentTrace({ tags: { tenant: 'acme' }, user: 'u-1', name: 'nightly report' });
 * ```
 */
export function updateCurrentTrace(update: TraceUpdate): void {
  const trace = currentSpan()?.trace;
  if (!trace?.isRecorded || trace.hasLeft) return;
  try {
    trace.update(update);
    tellUnknown('updateCurrentTrace()', update, updateKeys);
  } catch (cause) {
    active.current?.onCallbackError(cause, 'reading what updateCurrentTrace() was given');
  }
}

/**
 * Runs a function; every trace that begins in it carries the session and the user. What it returns or throws passes through.
 *
 * @example
 * ```ts
 * await withSession({ session: 'chat-7', user: 'u-1' }, () => agent.run('Hello'));
 * ```
 */
export function withSession<Result>(scope: SessionScope, fn: () => Result): Result {
  const recorder = active.current;
  if (recorder === undefined) return fn();
  const { contexts } = recorder;
  const context = contexts.active();
  const session = { ...readScope(scope), within: recorder.spanIn(context)?.trace };
  const call = { target: fn, self: undefined, args: [] };
  return contexts.run(withSessionInContext(context, session), call) as Result; // what fn returned
}

/** What can be read of it: whatever it is, the function runs. */
function readScope(scope: SessionScope): SessionScope {
  try {
    tellUnknown('withSession()', scope, sessionKeys);
    return { ...scope };
  } catch (cause) {
    active.current?.onCallbackError(cause, 'reading what withSession() was given');
    return {};
  }
}

const updateKeys: readonly string[] = ['tags', 'metadata', 'session', 'user', 'name'];
const sessionKeys: readonly string[] = ['session', 'user'];

/** A name that is misspelt is told and passed over: the program is running. */
function tellUnknown(whose: string, given: object, known: readonly string[]): void {
  for (const key in given) {
    if (known.includes(key)) continue;
    const cause = new TypeError(`${whose} has no option '${key}'. It knows ${known.join(', ')}.`);
    active.current?.onCallbackError(cause, `reading what ${whose} was given`);
  }
}

/** Programs keep ids, for feedback, say, and the engine would keep alive the whole text that an id was cut out of. */
function copyOf(id: string): string {
  return Buffer.from(id, 'latin1').toString('latin1');
}

/** Inside a trace its id; else that of the last trace that ended in this process; `undefined` if there was none. */
export function getLastActiveTraceId(): string | undefined {
  const trace = currentSpan()?.trace;
  const id = trace?.isRecorded && !trace.hasLeft ? trace.traceId : active.lastTraceId;
  return id === undefined ? undefined : copyOf(`tr-${id}`);
}

/**
 * Fires when a budget of the agents around this code is used up (option `budget` of `@TracedAgent`), with the `BudgetExceededError` as
 * its reason: hand it to what takes a signal. `undefined` where there is no budget.
 *
 * @example
 * ```ts
 * const options = { signal: getBudgetSignal() }; // for fetch(), and for most SDKs
 * ```
 */
export function getBudgetSignal(): AbortSignal | undefined {
  const recorder = active.current;
  if (recorder === undefined) return undefined;
  const context = recorder.contexts.active();
  const budgets = new Set([...openBudgetsOf(branchIn(context)), ...budgetsAround(recorder.spanIn(context))]);
  const signals = Array.from(budgets, ({ signal }) => signal);
  return signals.length > 1 ? AbortSignal.any(signals) : signals[0];
}

function currentSpan(): RecordingSpan | undefined {
  const recorder = active.current;
  return recorder?.spanIn(recorder.contexts.active());
}

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context as api,
  type Context,
  type ContextManager,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import type { RecordingSpan } from './recording-span.js';
import type { Branch } from './span-conversation.js';
import type { SpanOwner } from './span-owner.js';

type Callable = (...args: never[]) => unknown;

/** A function, what it is called on, and with what. */
export interface Call {
  readonly target: Callable;
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
}

/** Where the API keeps the current span; asked from the API itself, since the key is not exported. */
const otelSpanKey = findOtelSpanKey();

/** Where our span rides beside another SDK, which keeps its own span under the API's key. */
const privateSpanKey = Symbol.for('traced-agents/span');

const sessionKey = Symbol.for('traced-agents/session');

/** OpenTelemetry's mark for "trace nothing in here", as its SDK spells it. */
const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether anybody has suppressed tracing within a span: most programs never do, and need not look for it at each call. */
let isSuppressionInUse = false;

/** One value on top of another context. The API's own contexts copy a Map for each value; this one does not. */
class ContextEntry implements Context {
  readonly #outer: Context;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(outer: Context, key: symbol, value: unknown) {
    this.#outer = outer;
    this.#key = key;
    this.#value = value;
  }

  /** In a loop: contexts may be nested deeper than JavaScript's stack. */
  getValue(key: symbol): unknown {
    let context: Context = this;
    while (context instanceof ContextEntry) {
      if (context.#key === key) return context.#value;
      context = context.#outer;
    }
    return context.getValue(key);
  }

  /** The same without its own value of that key: the innermost, since none lies below another. */
  without(key: symbol): Context {
    if (this.#key === key) return this.#outer;
    const above: ContextEntry[] = [];
    let context: Context = this;
    while (context instanceof ContextEntry && context.#key !== key) {
      above.push(context);
      context = context.#outer;
    }
    if (!(context instanceof ContextEntry)) return this;
    return above.reduceRight<Context>(
      (outer, entry) => new ContextEntry(outer, entry.#key, entry.#value),
      context.#outer,
    );
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === suppressKey) isSuppressionInUse = true;
    return withEntry(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return withEntry(this, key, undefined);
  }
}

/**
 * A value in the place of that which the context has under the key. What begins itself anew for ever, such as a poll that sets the
 * timer of the next one, runs in a context on top of all before it: they would pile up, and every look go through them.
 */
function withEntry(outer: Context, key: symbol, value: unknown): Context {
  return new ContextEntry(outer instanceof ContextEntry ? outer.without(key) : outer, key, value);
}

/** The API's context manager on Node's AsyncLocalStorage. */
class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  // oxlint-disable-next-line max-params -- the API's interface
  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return this.#storage.run(context, invoke, {
      target: fn as unknown as Callable,
      self: thisArg,
      args,
    }) as ReturnType<Fn>;
  }

  /** `with` for a call that exists already: no closure, no copy of its arguments. */
  run(context: Context, call: Call): unknown {
    return this.#storage.run(context, invoke, call);
  }

  bind<Target>(context: Context, target: Target): Target {
    if (typeof target !== 'function') return target;
    const manager = this;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return manager.run(context, { target: target as unknown as Callable, self: this, args });
    };
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
    return bound as Target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

/** One for the process: replacing it would cut the contexts of calls that are under way. */
const ownManager = new AsyncContextManager();

/** The asynchronous context that our spans ride on: ours where nobody has one, else the one that is there. */
export interface Contexts {
  /** The key under which the current span stands. */
  readonly spanKey: symbol;
  active(): Context;
  run(context: Context, call: Call): unknown;
}

/** Shares the API's span key, so that libraries that trace themselves join: only where no other SDK is set up. */
export const sharedContexts: Contexts = {
  spanKey: otelSpanKey,
  active: () => ownManager.active(),
  run: (context, call) => ownManager.run(context, call),
};

/** Alone, with no global registration. */
const isolatedContexts: Contexts = { ...sharedContexts, spanKey: privateSpanKey };

/** Inside the context manager of another SDK. */
const guestContexts: Contexts = {
  spanKey: privateSpanKey,
  active: () => api.active(),
  run: (context, call) => api.with(context, invoke, undefined, call),
};

/** Whether another SDK carries contexts in this process. */
export function hasForeignContexts(): boolean {
  const probe = Symbol('traced-agents/probe');
  const isWorking = api.with(ROOT_CONTEXT.setValue(probe, true), () => api.active().getValue(probe) === true);
  return isWorking && !isManagerOurs();
}

/** The contexts for a recorder that shares its spans with the API (the manager is registered then), or for one that does not. */
export function chooseContexts(isShared: boolean): Contexts {
  if (hasForeignContexts()) return guestContexts;
  if (!isShared) return isolatedContexts;
  if (!isManagerOurs()) api.setGlobalContextManager(ownManager);
  return sharedContexts;
}

/** Takes our context manager back, if it is ours that is registered. */
export function withdrawContexts(): void {
  if (isManagerOurs()) api.disable();
}

/** A span made current on top of a context. */
export function withSpanInContext(contexts: Contexts, outer: Context, span: RecordingSpan): Context {
  return withEntry(outer, contexts.spanKey, span);
}

/** A context of its own in which nothing is traced: exporters run in it. */
export const quietContext: Context = new ContextEntry(ROOT_CONTEXT, suppressKey, true);

/** Calls code of the user's, or an exporter's, so that nothing in it is traced. */
export function callSuppressed<Answer>(contexts: Contexts, act: () => Answer): Answer {
  return contexts.run(quietContext, { target: act, self: undefined, args: [] }) as Answer; // what `act` returns
}

const branchKey = Symbol.for('traced-agents/branch');

/** A branch of a conversation on top of a context. */
export function withBranchInContext(outer: Context, branch: Branch): Context {
  return withEntry(outer, branchKey, branch);
}

/** The branch that code runs in; `undefined` where nobody has been spoken to. */
export function branchIn(context: Context): Branch | undefined {
  // Only this file sets the key.
  return context.getValue(branchKey) as Branch | undefined;
}

/** Session and user that traces begun in this context carry. */
export interface SessionScope {
  readonly session?: string;
  readonly user?: string;
}

/** A session as it stands in a context. */
export interface HeldSession extends SessionScope {
  /** The trace that it began in; `undefined` where there was none. */
  readonly within: SpanOwner<RecordingSpan> | undefined;
}

/** A session on top of a context, or what it says anew of the one that is there. */
export function withSessionInContext(outer: Context, session: HeldSession): Context {
  return withEntry(outer, sessionKey, { ...sessionOf(outer), ...session });
}

/** The session a trace belongs to that begins in this context. */
function sessionOf(context: Context): HeldSession | undefined {
  // Only this file sets the key.
  return context.getValue(sessionKey) as HeldSession | undefined;
}

/** What a context means for a trace that begins in it. */
export interface Surroundings {
  /** Whether tracing is switched off, by us or by an OpenTelemetry exporter. */
  readonly isSuppressed: boolean;
  readonly session: HeldSession | undefined;
  /** The span of another SDK or process that is current. */
  readonly remote: SpanContext | undefined;
}

const nothingAround: Surroundings = { isSuppressed: false, session: undefined, remote: undefined };

/** Whether tracing is switched off somewhere inside a span of ours. */
export function isSuppressedWithin(context: Context): boolean {
  return isSuppressionInUse && context.getValue(suppressKey) === true;
}

/** Looked up once for each trace; most begin where there is nothing to be found. */
export function surroundingsOf(context: Context): Surroundings {
  if (context === ROOT_CONTEXT) return nothingAround;
  const above = trace.getSpanContext(context);
  return {
    isSuppressed: context.getValue(suppressKey) === true,
    session: sessionOf(context),
    remote: above !== undefined && isSpanContextValid(above) ? above : undefined,
  };
}

/** Runs inside the context: a function of its own, so that no call needs a closure. */
function invoke({ target, self, args }: Call): unknown {
  return Reflect.apply(target, self, args);
}

function isManagerOurs(): boolean {
  const probe = new ContextEntry(ROOT_CONTEXT, Symbol('traced-agents/probe'), true);
  return api.with(probe, () => ownManager.active() === probe);
}

function findOtelSpanKey(): symbol {
  let key = Symbol.for('OpenTelemetry Context Key SPAN');
  const recorder: Context = {
    getValue: () => undefined,
    setValue: (used) => {
      key = used;
      return recorder;
    },
    deleteValue: () => recorder,
  };
  trace.setSpan(recorder, trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }));
  return key;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { context as api, type Context, type ContextManager, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { ContextEntry, quietContext, withEntry } from './context-entry.js';
import type { RecordingSpan } from './recording-span.js';

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

/** Alone, with no global registration: outside of our calls the context is that of an SDK that is set up later, if one is. */
const isolatedContexts: Contexts = {
  ...sharedContexts,
  spanKey: privateSpanKey,
  active: () => {
    const own = ownManager.active();
    return own === ROOT_CONTEXT ? api.active() : own;
  },
};

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

/** Calls code of the user's, or an exporter's, so that nothing in it is traced. */
export function callSuppressed<Answer>(contexts: Contexts, act: () => Answer): Answer {
  return contexts.run(quietContext, { target: act, self: undefined, args: [] }) as Answer; // what `act` returns
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

import 'reflect-metadata';
import { active } from '../tracing/active-recorder.js';
import { runInSpan } from '../tracing/run-in-span.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { mark, markOf } from './marks.js';
import type { Callable } from './method-decorator.js';

/**
 * The function that stands in a decorated function's place: a span for each call while tracing is on, else one branch.
 * A function that is traced already is traced once, as this definition says.
 */
export function traceCallable(fn: Callable, definition: SpanDefinition): Callable {
  const known = markOf(fn);
  const target = known?.kind === 'traced' ? (known.target as Callable) : fn; // as the user wrote it
  const traced = isConstructor(target) ? tracedFunction(target, definition) : tracedMethod(target, definition);
  mirror(fn, traced);
  mark(traced, { kind: 'traced', target, definition });
  return traced;
}

/** A method has no `prototype` and cannot be called with `new`, as the one it stands for. */
function tracedMethod(target: Callable, definition: SpanDefinition): Callable {
  // oxlint-disable-next-line typescript/unbound-method -- it has no `this` of its own
  return {
    method(this: unknown, ...args: unknown[]): unknown {
      const recorder = active.current;
      if (recorder === undefined) return Reflect.apply(target, this, args);
      return runInSpan(recorder, { definition, target, self: this, args });
    },
  }.method as Callable;
}

/** A `function` of the old kind may be called with `new`: a span for each instance then. */
function tracedFunction(target: Callable, definition: SpanDefinition): Callable {
  return function traced(this: unknown, ...args: unknown[]): unknown {
    const recorder = active.current;
    if (new.target !== undefined) {
      const derived = new.target === (traced as unknown) ? target : new.target;
      const construct: Callable = (...given) => Reflect.construct(target, given, derived) as unknown;
      if (recorder === undefined) return construct(...args);
      return runInSpan(recorder, { definition, target: construct, self: undefined, args });
    }
    if (recorder === undefined) return Reflect.apply(target, this, args);
    return runInSpan(recorder, { definition, target, self: this, args });
  };
}

function isConstructor(fn: Callable): boolean {
  try {
    Reflect.construct(Object, [], fn); // only asks: nothing of the function is called
    return true;
  } catch {
    return false;
  }
}

/** Gives one function the face of another: prototype, name, length, own properties and reflect metadata. */
function mirror(from: Callable, to: Callable): void {
  const prototype: unknown = Object.getPrototypeOf(from);
  // For those who ask a method whether it is an AsyncFunction.
  if (prototype !== Function.prototype) Object.setPrototypeOf(to, prototype as object);
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor !== undefined) Reflect.defineProperty(to, key, descriptor);
  }
  for (const key of Reflect.getOwnMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';

/** OpenTelemetry's mark for "trace nothing in here", as its SDK spells it. */
const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether anybody has suppressed tracing within a span: most programs never do, and need not look for it at each call. */
let isSuppressionInUse = false;

/** One value on top of another context. The API's own contexts copy a Map for each value; this one does not. */
export class ContextEntry implements Context {
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
export function withEntry(outer: Context, key: symbol, value: unknown): Context {
  return new ContextEntry(outer instanceof ContextEntry ? outer.without(key) : outer, key, value);
}

/** A context of its own in which nothing is traced: exporters run in it. */
export const quietContext: Context = new ContextEntry(ROOT_CONTEXT, suppressKey, true);

/** Whether tracing is switched off in a context, by us or by an OpenTelemetry exporter. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(suppressKey) === true;
}

/** Whether tracing is switched off somewhere inside a span of ours. */
export function isSuppressedWithin(context: Context): boolean {
  return isSuppressionInUse && isSuppressed(context);
}

import { argumentNames } from '../tracing/capture/argument-names.js';
import type { SpanDefinition } from '../tracing/span-definition.js';
import { chainOf, methodAt } from './class-methods.js';
import { hiddenByAny } from './hidden-arguments.js';
import { type Mark, markOf } from './marks.js';
import { traceCallable } from './trace-callable.js';

/**
 * Standard decorators, as TypeScript compiles them, learn of their class no sooner than there is an instance (unless the program
 * brings `Symbol.metadata`). Where somebody else's decorator hid ours from one above, that one knew less than it should have.
 * Here it is put right: no entry where ours stands, and nothing shown that ours hides.
 */
export function settlePlace(instance: object, key: PropertyKey, placed: Mark): void {
  const standing = chainOf(instance).flatMap((owner) => {
    const mark = markOf(methodAt(owner, key)?.method);
    return mark === undefined ? [] : [{ owner, mark }];
  });
  const [above] = standing;
  // Where one overrides another nobody can tell which of them stands above ours.
  if (above === undefined || standing.length > 1 || above.mark.target === placed.target) return;
  const isEntry = placed.definition?.entry === 'explicit';
  for (const each of isEntry ? Object.getOwnPropertyNames(above.owner) : [key]) takeBackEntry(above.owner, each);
  if (placed.definition !== undefined) hideAlso(above.owner, key, placed.definition);
}

/** A class has no implicit entries beside explicit ones, nor where another of our decorators stands. */
function takeBackEntry(owner: object, key: PropertyKey): void {
  const found = methodAt(owner, key);
  const mark = markOf(found?.method);
  if (mark?.definition?.entry !== 'implicit') return;
  Reflect.defineProperty(owner, key, { ...found?.descriptor, value: mark.target });
}

function hideAlso(owner: object, key: PropertyKey, { argumentNames: inner }: SpanDefinition): void {
  const found = methodAt(owner, key);
  const definition = markOf(found?.method)?.definition;
  if (found === undefined || definition === undefined) return;
  const { names, restIndex } = definition.argumentNames;
  const hidden = { restIndex, ...hiddenByAny([definition.argumentNames, inner]) };
  const traced = traceCallable(found.method, { ...definition, argumentNames: argumentNames(names, hidden) });
  Reflect.defineProperty(owner, key, { ...found.descriptor, value: traced });
}

import { types } from 'node:util';
import { hasTransformMetadata, plainInstance } from './class-instance.js';
import { isOpaque, markOf, textOf } from './odd-values.js';
import { findMethod, readField } from './own-fields.js';

/** How an object that is neither plain data nor an array is written. */
export type Shape =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'primitive'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly unknown[] }
  /** By its fields, under the rules of its class. */
  | { readonly kind: 'record'; readonly record: object }
  /** Something else stands for it. */
  | { readonly kind: 'other'; readonly value: unknown };

/** The shape of a class instance or a built-in object; told by what it is, so that objects of other realms count as well. */
export function shapeOf(value: object, prototype: object): Shape {
  const text = textOf(value);
  if (text !== undefined) return { kind: 'text', text };
  if (types.isMap(value)) return mapShape(value);
  if (types.isSet(value)) return { kind: 'list', items: [...Set.prototype.values.call(value)] };
  if (types.isNativeError(value) || isErrorLike(prototype)) return { kind: 'record', record: errorFacts(value) };
  if (types.isBoxedPrimitive(value)) return { kind: 'primitive', value: unbox(value) };
  if (isOpaque(value)) return { kind: 'text', text: markOf(value) };
  return webShape(value) ?? instanceShape(value, prototype);
}

const maxEntries = 10_000;

function mapShape(map: ReadonlyMap<unknown, unknown>): Shape {
  const entries: [unknown, unknown][] = [];
  for (const entry of Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>) {
    entries.push(entry);
    if (entries.length > maxEntries) break;
  }
  if (!entries.every(([key]) => typeof key === 'string')) return { kind: 'list', items: entries };
  const record: object = Object.create(null) as object;
  for (const [key, value] of entries) {
    Object.defineProperty(record, key as string, { value, enumerable: true, configurable: true }); // all keys are texts
  }
  return { kind: 'record', record };
}

function isErrorLike(prototype: object): boolean {
  return prototype instanceof Error;
}

/** Type and message first; the stack is for the exception event. */
function errorFacts(error: object): object {
  const { name, constructor } = Object.getPrototypeOf(error) as { name?: unknown; constructor?: { name?: unknown } };
  const own = readField(error, 'name');
  const type = [own, name === 'Error' ? constructor?.name : name, 'Error'].find(
    (text) => typeof text === 'string' && text !== '',
  );
  const facts: Record<string, unknown> = { type, message: readField(error, 'message') ?? '' };
  for (const key of ['cause', 'errors']) if (Object.hasOwn(error, key)) facts[key] = readField(error, key);
  for (const key of Object.keys(error)) if (key !== 'name' && key !== '__proto__') facts[key] = readField(error, key);
  return facts;
}

function unbox(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/** URLs and what `fetch` deals in: their facts are behind getters, which are the engine's own. */
function webShape(value: object): Shape | undefined {
  if (value instanceof URL) return { kind: 'text', text: value.href };
  if (value instanceof URLSearchParams) return { kind: 'record', record: Object.fromEntries(value) };
  if (value instanceof Headers) return { kind: 'record', record: Object.fromEntries(value) };
  if (value instanceof Request) return { kind: 'other', value: { method: value.method, url: value.url } };
  if (value instanceof Response) return { kind: 'other', value: { status: value.status, url: value.url } };
  return undefined;
}

function instanceShape(value: object, prototype: object): Shape {
  if (hasTransformMetadata(prototype)) return { kind: 'record', record: plainInstance(value) as object }; // an instance stays an object
  if (typeof readField(value, 'toJSON') === 'function') return { kind: 'record', record: value };
  const toJson = findMethod(prototype, 'toJSON');
  if (toJson === undefined) return { kind: 'record', record: value };
  const json = Reflect.apply(toJson, value, []);
  return json === value ? { kind: 'record', record: value } : { kind: 'other', value: json };
}

import { types } from 'node:util';
import { ownField } from '../../usage/own-fields.js';
import { readProperty } from '../../utils/read-property.js';
import { hasTransformMetadata, KeptInstance, plainInstance } from './class-instance.js';
import type { KeyBook } from './key-book.js';
import { isOpaque, markOf, textOfBuiltIn } from './odd-values.js';
import { findMethod } from './own-fields.js';

/** How an object that is neither plain data nor an array is written. */
export type Shape =
  | { readonly kind: 'leaf'; readonly value: unknown }
  /** `items` are the first of `size`. */
  | { readonly kind: 'list'; readonly items: readonly unknown[]; readonly size?: number }
  /** By its fields, under the rules of its class; they are the first of `size`. */
  | { readonly kind: 'record'; readonly record: object; readonly size?: number }
  /** Something else stands for it. */
  | { readonly kind: 'other'; readonly value: unknown };

/** What is needed to find a shape out. */
export interface ShapeRules {
  /** Calls code of the user's. */
  readonly callOut: <Answer>(act: () => Answer) => Answer;
  /** So many entries of a map or a set are looked at. */
  readonly maxEntries: number;
  readonly keys: KeyBook;
}

/** The shape of a class instance or a built-in object; told by what it is, so that objects of other realms count as well. */
export function shapeOf(value: object, prototype: object, rules: ShapeRules): Shape {
  if (value instanceof KeptInstance) return { kind: 'other', value: value.instance };
  const text = textOfBuiltIn(value);
  if (text !== undefined) return { kind: 'leaf', value: text };
  if (types.isMap(value)) return mapShape(value, rules);
  if (types.isSet(value))
    return {
      kind: 'list',
      items: firstOf(Set.prototype.values.call(value), rules),
      size: sizeOf(Set.prototype, value),
    };
  if (value instanceof DOMException) return { kind: 'other', value: domExceptionFacts(value) };
  if (types.isNativeError(value) || isErrorLike(prototype))
    return { kind: 'record', record: errorFacts(value, prototype, rules) };
  if (types.isBoxedPrimitive(value)) return { kind: 'leaf', value: unbox(value) };
  if (isOpaque(value)) return { kind: 'leaf', value: markOf(value) };
  return webShape(value) ?? nodeStreamShape(value, prototype) ?? instanceShape(value, prototype, rules);
}

function mapShape(map: ReadonlyMap<unknown, unknown>, rules: ShapeRules): Shape {
  const size = sizeOf(Map.prototype, map);
  const entries = firstOf(Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>, rules);
  if (!entries.every(([key]) => typeof key === 'string')) return { kind: 'list', items: entries, size };
  const record: object = Object.create(null) as object;
  for (const [key, value] of entries) {
    Object.defineProperty(record, key as string, { value, enumerable: true, configurable: true }); // all keys are texts
  }
  return { kind: 'record', record, size };
}

/** By the engine's own getter: a subclass may have another. */
function sizeOf(prototype: object, value: object): number {
  return Reflect.get(prototype, 'size', value) as number;
}

/** One more than can be written: then what is left out is told. */
function firstOf<Item>(items: Iterable<Item>, { maxEntries }: ShapeRules): Item[] {
  const first: Item[] = [];
  for (const item of items) {
    first.push(item);
    if (first.length > maxEntries) break;
  }
  return first;
}

function isErrorLike(prototype: object): boolean {
  return prototype instanceof Error;
}

/** Of aborted requests and the like: name and message are behind getters of the engine's own. */
function domExceptionFacts(error: DOMException): object {
  return { type: error.name, message: error.message, cause: ownField(error, 'cause') };
}

/** Type and message first; the stack is for the exception event. */
function errorFacts(error: object, prototype: object, { callOut, keys }: ShapeRules): object {
  const { constructor } = prototype as { constructor?: { name?: unknown } };
  const name = readProperty(prototype, 'name');
  const own = ownField(error, 'name');
  const type = [own, name === 'Error' || name === undefined ? constructor?.name : name, 'Error'].find(
    (text) => typeof text === 'string' && text !== '',
  );
  const fields = errorFields(error, prototype);
  return { type, ...(hasTransformMetadata(prototype) ? callOut(() => plainInstance(fields, keys)) : fields) };
}

/** What is told of an error, as fields that can be seen, under the same class. */
function errorFields(error: object, prototype: object): object {
  const fields = Object.create(prototype) as object;
  const own = Object.keys(error).filter((key) => key !== 'name' && key !== '__proto__');
  for (const key of ['message', ...['cause', 'errors'].filter((fact) => Object.hasOwn(error, fact)), ...own]) {
    const value = ownField(error, key) ?? (key === 'message' ? '' : undefined);
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return fields;
}

function unbox(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/** URLs and what `fetch` deals in, which jsdom lacks in part: their facts are behind getters, which are the engine's own. */
function webShape(value: object): Shape | undefined {
  if (value instanceof URL) return { kind: 'leaf', value: value.href };
  if (value instanceof URLSearchParams) return { kind: 'record', record: parametersOf(value) };
  if (typeof Headers !== 'undefined' && value instanceof Headers)
    return { kind: 'record', record: Object.fromEntries(value) };
  if (typeof Request !== 'undefined' && value instanceof Request)
    return { kind: 'other', value: { method: value.method, url: value.url } };
  if (typeof Response !== 'undefined' && value instanceof Response)
    return { kind: 'other', value: { status: value.status, url: value.url } };
  return undefined;
}

/**
 * Streams of Node, sockets, and what its servers deal in: told by methods that all of them inherit. Their fields are machinery, and
 * what they have buffered is for who reads them. Of a request there is also what a framework has read out of it.
 */
function nodeStreamShape(value: object, prototype: object): Shape | undefined {
  if (findMethod(prototype, 'pipe') === undefined || findMethod(prototype, 'on') === undefined) return undefined;
  const isRequest = typeof ownField(value, 'method') === 'string' && typeof ownField(value, 'url') === 'string';
  if (!isRequest) return { kind: 'leaf', value: markOf(value) };
  const facts = requestFacts.map((fact) => [fact, ownField(value, fact)] as const);
  return { kind: 'other', value: Object.fromEntries(facts.filter(([, known]) => known !== undefined)) };
}

const requestFacts = ['method', 'url', 'params', 'query', 'body'] as const;

/** A name that occurs several times has a list. */
function parametersOf(parameters: URLSearchParams): object {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of parameters) {
    const known = values.get(name);
    if (Array.isArray(known)) known.push(value);
    else values.set(name, known === undefined ? value : [known, value]);
  }
  return Object.fromEntries(values);
}

function instanceShape(value: object, prototype: object, { callOut, keys }: ShapeRules): Shape {
  if (hasTransformMetadata(prototype)) {
    return { kind: 'record', record: callOut(() => plainInstance(value, keys)) };
  }
  if (typeof ownField(value, 'toJSON') === 'function') return { kind: 'record', record: value };
  const toJson = findMethod(prototype, 'toJSON');
  if (toJson === undefined) return { kind: 'record', record: value };
  const json = callOut(() => Reflect.apply(toJson, value, []));
  // Fields that it spreads keep the rules of the class they come from.
  return isPlainRecord(json) || json === value
    ? { kind: 'record', record: json as object }
    : { kind: 'other', value: json };
}

function isPlainRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

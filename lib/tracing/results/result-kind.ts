import { types } from 'node:util';
import { ownObject } from '../../usage/own-fields.js';

/** What a traced function returned, told by shape; nothing is called, not even a getter. */
export type ResultKind =
  | 'value'
  | 'promise'
  | 'thenable'
  | 'iterator'
  | 'async-iterable'
  | 'readable-stream'
  | 'node-stream'
  | 'event-stream'
  | 'stream-result';

/** Tells apart what has to be waited for, what has to be watched, and what is there already. */
export function kindOf(result: unknown): ResultKind {
  if (typeof result !== 'object' || result === null) {
    return typeof result === 'function' && hasMethod(result, 'then') ? 'thenable' : 'value';
  }
  try {
    return kindOfObject(result);
  } catch {
    return 'value'; // A proxy whose traps throw: whatever it is, it must not be touched.
  }
}

function kindOfObject(result: object): ResultKind {
  const prototype: unknown = Object.getPrototypeOf(result);
  if (prototype === Promise.prototype && isBare(result)) return 'promise';
  if (prototype === Array.prototype || types.isProxy(result) || !mayBeWatched(result, prototype)) return 'value';
  if (hasMethod(result, 'then')) return 'thenable';
  if (hasMethod(result, 'getReader')) return 'readable-stream';
  if (baseStreamOf(result) !== undefined) return 'stream-result';
  return kindOfEmitter(result) ?? kindOfIterable(result);
}

/**
 * The stream behind what the AI SDK gives (`streamText()`, `streamObject()`). The result itself has getters, each of which makes a
 * stream of this one, and many of which begin to read it.
 */
export function baseStreamOf(result: object): object | undefined {
  const stream = 'fullStream' in result ? ownObject(result, 'baseStream') : undefined;
  return stream !== undefined && hasMethod(stream, 'getReader') ? stream : undefined;
}

/** What tells its listeners of each chunk, as the streams of Node and of the SDKs' helpers do. */
function kindOfEmitter(result: object): ResultKind | undefined {
  if (hasMethod(result, 'emitted') && hasMethod(result, '_emit')) return 'event-stream';
  const isNodeStream = hasMethod(result, 'pipe') && hasMethod(result, 'on') && hasMethod(result, Symbol.asyncIterator);
  return isNodeStream ? 'node-stream' : undefined;
}

function kindOfIterable(result: object): ResultKind {
  if (hasMethod(result, Symbol.asyncIterator)) return 'async-iterable';
  return hasMethod(result, 'next') && hasMethod(result, Symbol.iterator) ? 'iterator' : 'value';
}

/** The stream in an answer that says more than the stream does, such as a request's id. */
export function streamIn(answer: unknown): object | undefined {
  if (typeof answer !== 'object' || answer === null || types.isProxy(answer)) return undefined;
  if (Object.getPrototypeOf(answer) !== Object.prototype) return undefined;
  for (const place of streamPlaces) {
    const held = ownObject(answer, place);
    if (held !== undefined && streamKinds.has(kindOf(held))) return held;
  }
  return undefined;
}

/** Bedrock's `{ stream }` and `{ body }`, and the `{ data }` of SDKs that give the HTTP response as well. */
export const streamPlaces: readonly string[] = ['stream', 'body', 'data'];

const streamKinds: ReadonlySet<ResultKind> = new Set([
  'async-iterable',
  'readable-stream',
  'node-stream',
  'event-stream',
]);

/** Asked of every result: rules out plain data before the careful looks. */
function mayBeWatched(result: object, prototype: unknown): boolean {
  return prototype === Object.prototype ? hasWatchedField(result) : hasWatchedName(result);
}

function hasWatchedName(result: object): boolean {
  return (
    'then' in result ||
    'getReader' in result ||
    'next' in result ||
    Symbol.asyncIterator in result ||
    'emitted' in result ||
    'baseStream' in result
  );
}

/**
 * A record inherits none of them. Results come in many kinds, and where they do it takes the engine long to find out that one has not
 * inherited a name.
 */
function hasWatchedField(record: object): boolean {
  return (
    Object.hasOwn(record, 'then') ||
    Object.hasOwn(record, 'getReader') ||
    Object.hasOwn(record, 'next') ||
    Object.hasOwn(record, Symbol.asyncIterator) ||
    Object.hasOwn(record, 'emitted') ||
    Object.hasOwn(record, 'baseStream')
  );
}

/** Whether a promise has nothing that one derived from it would lack, or can carry nothing more. */
function isBare(promise: object): boolean {
  const hasNames = Object.getOwnPropertyNames(promise).length > 0;
  return (!hasNames && Object.getOwnPropertySymbols(promise).every(isOfNode)) || !Object.isExtensible(promise);
}

/** Node marks each promise with what it was made in: what stands on all of them is no property of this one. */
function isOfNode(symbol: symbol): boolean {
  if (symbolsOfNode.has(symbol)) return true;
  if (!Object.hasOwn(Promise.resolve(), symbol)) return false;
  symbolsOfNode.add(symbol);
  return true;
}

const symbolsOfNode = new Set<symbol>();

/** Whether the object or one of its prototypes has the method as a plain property. */
export function hasMethod(target: object, key: PropertyKey): boolean {
  for (let owner: object | null = target; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    if (owner === Object.prototype || owner === Function.prototype) return false;
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}

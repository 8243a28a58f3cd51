import { types } from 'node:util';
import { ownField } from '../../usage/own-fields.js';

const shownElements = 16;

/** A text for a value that is no data: a function, a stream, a promise ... Nothing of it is called or consumed. */
export function markOf(value: object): string {
  if (typeof value === 'function') return functionMark(value);
  if (ArrayBuffer.isView(value)) return viewMark(value);
  if (types.isAnyArrayBuffer(value)) return `[${tagOf(value)} of ${value.byteLength} bytes]`;
  if (tagOf(value) === 'AbortSignal') return (value as AbortSignal).aborted ? '[AbortSignal aborted]' : '[AbortSignal]';
  return `[${tagOf(value)}]`;
}

/** The text form of what is data of a built-in class; `undefined` for anything else. */
export function textOfBuiltIn(value: object): string | undefined {
  if (types.isDate(value))
    return Number.isNaN(Date.prototype.getTime.call(value)) ? '[invalid Date]' : Date.prototype.toISOString.call(value);
  if (types.isRegExp(value)) return RegExp.prototype.toString.call(value);
  return undefined;
}

/** Built-in objects that have no data to show, or whose data may not be touched. */
export function isOpaque(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isModuleNamespaceObject(value) ||
    opaqueTags.has(tagOf(value))
  );
}

const opaqueTags: ReadonlySet<string> = new Set([
  ...[
    'AbortSignal',
    'AbortController',
    'ReadableStream',
    'WritableStream',
    'TransformStream',
    'WeakRef',
    'FinalizationRegistry',
  ],
  ...['Blob', 'File', 'FormData', 'MessagePort', 'Array Iterator', 'String Iterator', 'RegExp String Iterator'],
]);

/** What a value calls itself: its tag, else its class. */
export function tagOf(value: object): string {
  for (let owner: object | null = value; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const tag = ownField(owner, Symbol.toStringTag);
    if (typeof tag === 'string' && tag !== '') return tag;
    const constructor = ownField(owner, 'constructor');
    const name = typeof constructor === 'function' ? ownField(constructor, 'name') : undefined;
    if (typeof name === 'string' && name !== '' && name !== 'Object') return name;
  }
  return 'Object';
}

function functionMark(fn: object): string {
  const name = ownField(fn, 'name');
  const isClass = /^class\b/.test(Function.prototype.toString.call(fn));
  const kind = isClass ? 'class' : 'function';
  return typeof name === 'string' && name !== '' ? `[${kind} ${name}]` : `[${kind}]`;
}

function viewMark(view: ArrayBufferView): string {
  const tag = Buffer.isBuffer(view) ? 'Buffer' : tagOf(view);
  if (Buffer.isBuffer(view) || types.isDataView(view)) return `[${tag} of ${view.byteLength} bytes]`;
  const elements = view as unknown as ArrayLike<number | bigint>; // every other view is a typed array
  const shown = Array.from({ length: Math.min(elements.length, shownElements) }, (_, index) => String(elements[index]));
  return `[${tag} of ${elements.length}: ${shown.join(', ')}${elements.length > shownElements ? ', ...' : ''}]`;
}

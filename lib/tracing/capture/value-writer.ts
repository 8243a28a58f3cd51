import { ownField } from '../../usage/own-fields.js';
import { agentNameOf, isSensitive } from './class-facts.js';
import type { KeyBook } from './key-book.js';
import type { KeyLists } from './key-lists.js';
import { mediaTypeBeside } from './media.js';
import { isValueKey } from './naming.js';
import { markOf } from './odd-values.js';
import { getterMark } from './own-fields.js';
import { isModelToken, isNamedSecret, namesSecret } from './secret-pairs.js';
import { redactedMark } from './secret-shapes.js';
import { shapeOf } from './shapes.js';
import { quote, type TextRules } from './text-rules.js';

/** Bounds and rules for writing values. */
export interface WriterRules {
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly text: TextRules;
  readonly keys: KeyBook;
  readonly keyLists: KeyLists;
  /** Messages of conversations, and the text of each that needs no rule. */
  readonly cleanMessages: WeakMap<object, string>;
  readonly redact: ((value: unknown, path: string) => unknown) | undefined;
  /** Calls code of the user's so that nothing in it is traced. */
  readonly callOut: <Answer>(act: () => Answer) => Answer;
}

/** Whose fields a record holds. */
interface Owner {
  /** That of their class; `null` for plain data. */
  readonly prototype: object | null;
  /** How many fields there are, where the record has only the first of them. */
  readonly size: number | undefined;
}

const plainOwner: Owner = { prototype: null, size: undefined };

interface Field {
  readonly record: object;
  readonly key: string;
  readonly path: string;
  readonly owner: Owner;
}

const unserializable = '"[unserializable]"';
const redactionFailed = '"[redaction failed]"';

/**
 * Writes one value as JSON text: each leaf is looked at once, bounded, redacted and written. It cannot throw: what cannot be
 * written costs itself, not its neighbours.
 */
export class ValueWriter {
  readonly #rules: WriterRules;
  readonly #ancestors: object[] = [];
  #nodesLeft: number;
  #left: number;

  /** `budget` is about how many characters it may write. */
  constructor(rules: WriterRules, budget: number) {
    this.#rules = rules;
    this.#nodesLeft = rules.maxNodes;
    this.#left = budget;
  }

  write(value: unknown, path: string): string {
    if (typeof value === 'object' && value !== null) return this.#writeObject(value, path);
    const { redact } = this.#rules;
    return redact === undefined ? this.#writeLeaf(value) : this.#writeRedacted(value, path, redact);
  }

  #writeLeaf(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return writeNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return `"${value}n"`;
      case 'symbol':
      case 'function':
        return this.text(nameOf(value));
      case 'undefined':
      case 'object':
        return 'null';
    }
  }

  /** A text, under the rules for texts; `mediaType` is what stands beside it. */
  text(text: string, mediaType?: string): string {
    if (this.#left <= 0) return `"[cut, ${text.length} characters]"`;
    const clean = this.#rules.text.clean(text, this.#left, mediaType);
    this.#left -= clean.length + 2;
    return quote(clean);
  }

  #writeRedacted(value: unknown, path: string, redact: (value: unknown, path: string) => unknown): string {
    // What is written as a text is judged as that text.
    const shown = typeof value === 'symbol' || typeof value === 'function' ? nameOf(value) : value;
    let replaced: unknown;
    try {
      replaced = this.#rules.callOut(() => redact(shown, path));
      // Fails closed: a promise would let the value through before it is judged.
      if (typeof replaced === 'object' && replaced !== null && 'then' in replaced) return redactionFailed;
    } catch {
      return redactionFailed; // also what a proxy throws that stands in the value's place
    }
    if (replaced === undefined && value !== undefined) return `"${redactedMark}"`;
    const isObject = typeof replaced === 'object' && replaced !== null;
    return isObject ? this.#writeObject(replaced as object, path) : this.#writeLeaf(replaced);
  }

  #writeObject(value: object, path: string): string {
    const ancestors = this.#ancestors;
    const depth = ancestors.length;
    if (depth >= this.#rules.maxDepth) return `"[depth ${this.#rules.maxDepth}]"`;
    if (depth > 0 && ancestors.includes(value)) return '"[circular]"';
    ancestors.push(value);
    let json: string;
    try {
      json = this.#writeShape(value, path);
    } catch {
      json = unserializable;
    }
    ancestors.length = depth;
    return json;
  }

  #writeShape(value: object, path: string): string {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#writeRecord(value, path, plainOwner);
    if (Array.isArray(value)) return this.#writeList(value, path);
    return this.#writeInstance(value, prototype as object, path);
  }

  #writeInstance(value: object, prototype: object, path: string): string {
    const { callOut, maxNodes, keys } = this.#rules;
    const agent = callOut(() => agentNameOf(value));
    if (agent !== undefined) return this.write(String(agent), path);
    const shape = shapeOf(value, prototype, { callOut, maxEntries: maxNodes, keys });
    switch (shape.kind) {
      case 'leaf':
        return this.write(shape.value, path);
      case 'list':
        return this.#writeList(shape.items, path, shape.size);
      case 'record':
        return this.#writeRecord(shape.record, path, { prototype, size: shape.size });
      case 'other':
        return this.write(shape.value, path);
    }
  }

  /** `size` is how many items there are, where `items` are the first of them. */
  #writeList(items: readonly unknown[], path: string, size: number = items.length): string {
    let json = '[';
    const { length } = items;
    for (let index = 0; index < length; index += 1) {
      if (this.#nodesLeft <= 0 || this.#left <= 0)
        return `${json}${index === 0 ? '' : ','}"[${size - index} more items]"]`;
      this.#nodesLeft -= 1;
      if (index > 0) json += ',';
      json += this.#writeElement(items, index, path);
    }
    this.#left -= length + 1;
    return `${json}]`;
  }

  #writeElement(items: readonly unknown[], index: number, path: string): string {
    const descriptor = Object.getOwnPropertyDescriptor(items, index);
    if (descriptor === undefined) return 'null';
    if (descriptor.get !== undefined) return `"${getterMark}"`;
    const value: unknown = descriptor.value;
    if (isLeaf(value) && isNamedSecret(items, index, this.#rules.keys)) return `"${redactedMark}"`;
    const name = this.#secretNamedIn(value);
    const element = name === undefined ? value : [name, redactedMark];
    return this.write(element, this.#rules.redact === undefined ? path : `${path}[${index}]`);
  }

  /** `password` of `['password', 'x']` in a list of pairs: entries of a map, headers as they come from the network. */
  #secretNamedIn(element: unknown): string | undefined {
    try {
      if (!Array.isArray(element) || ownField(element, 'length') !== 2) return undefined;
      const name = ownField(element, 0);
      return typeof name === 'string' && this.#rules.keys.lookUp(name).isSecret ? name : undefined;
    } catch {
      return undefined; // a proxy may throw at any question, even whether it is a list: it will cost itself alone
    }
  }

  #writeRecord(record: object, path: string, owner: Owner): string {
    let json = '{';
    const keys = this.#rules.keyLists.of(record);
    const { length } = keys;
    for (let index = 0; index < length; index += 1) {
      const comma = json === '{' ? '' : ',';
      if (this.#nodesLeft <= 0 || this.#left <= 0) {
        json += `${comma}"…":"${(owner.size ?? length) - index} more keys"`;
        break;
      }
      const field = this.#writeField({ record, key: keys[index] as string, path, owner }); // within the bounds
      if (field === undefined) continue;
      this.#nodesLeft -= 1;
      json += comma + field;
    }
    return `${json}}`;
  }

  /** `"key":value`, or `undefined` for what JSON leaves out. */
  #writeField(field: Field): string | undefined {
    const { record, key, path, owner } = field;
    const descriptor = Object.getOwnPropertyDescriptor(record, key);
    if (descriptor === undefined) return undefined;
    const { text, isSecret } = this.#rules.keys.lookUp(key);
    if (descriptor.get !== undefined) return `${text}"${getterMark}"`;
    const value: unknown = descriptor.value;
    if (value === undefined) return undefined;
    this.#left -= text.length + 1;
    const isHidden =
      (isSecret && tellsSomething(value) && !isModelToken(record, key)) ||
      (isValueKey(key) && tellsSomething(value) && namesSecret(record, this.#rules.keys)) ||
      (owner.prototype !== null && isSensitive(owner.prototype, key));
    if (isHidden) return `${text}"${redactedMark}"`;
    const inner = this.#rules.redact === undefined ? path : `${path}.${key}`;
    return (
      text +
      (typeof value === 'string' ? this.#writeTextField(record, key, { value, inner }) : this.write(value, inner))
    );
  }

  /** What `data` is, is told by what stands beside it. */
  #writeTextField(record: object, key: string, { value, inner }: { value: string; inner: string }): string {
    if (key === 'data' && this.#rules.redact === undefined) return this.text(value, mediaTypeBeside(record));
    return this.write(value, inner);
  }
}

/** Flags and empty values tell nothing; everything else under a secret's name is one. */
export function tellsSomething(value: unknown): boolean {
  return value != null && typeof value !== 'boolean' && value !== '';
}

/** Whether the item of a list may be a secret that the item before it names. */
function isLeaf(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function nameOf(value: symbol | object): string {
  if (typeof value === 'symbol') return String(value);
  try {
    return markOf(value);
  } catch {
    return '[function]';
  }
}

export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : `${value}`;
}

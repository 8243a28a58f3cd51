import { agentNameOf, isSensitive } from './class-facts.js';
import { mediaTypeBeside } from './media.js';
import { markOf } from './odd-values.js';
import { getterMark } from './own-fields.js';
import { redactedMark } from './redact-text.js';
import type { SecretKeys } from './secret-keys.js';
import { shapeOf } from './shapes.js';
import { quote, type TextRules } from './text-rules.js';

/** Bounds and rules for writing values. */
export interface WriterRules {
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly text: TextRules;
  /** `undefined` where key names are not judged. */
  readonly secretKeys: SecretKeys | undefined;
  readonly redact: ((value: unknown, path: string) => unknown) | undefined;
}

const unserializable = '"[unserializable]"';

/**
 * Writes one value as JSON text: each leaf is looked at once, bounded, redacted and written. It cannot throw: what cannot be
 * written costs itself, not its neighbours.
 */
export class ValueWriter {
  readonly #rules: WriterRules;
  readonly #ancestors: object[] = [];
  readonly #giveUpBelow: number;
  #nodesLeft: number;
  #left: number;

  /** With `giveUpAfter` it stops early once so many characters are written: see `isTooLarge`. */
  constructor(rules: WriterRules, budget: number, giveUpAfter: number = Number.POSITIVE_INFINITY) {
    this.#rules = rules;
    this.#nodesLeft = rules.maxNodes;
    this.#left = budget;
    this.#giveUpBelow = budget - giveUpAfter;
  }

  /** Whether it has given up, and what it wrote is nothing. */
  get isTooLarge(): boolean {
    return this.#left < this.#giveUpBelow;
  }

  write(value: unknown, path: string): string {
    const { redact } = this.#rules;
    if (redact !== undefined && (typeof value !== 'object' || value === null))
      return this.#writeRedacted(value, path, redact);
    return this.#writeAny(value, path);
  }

  #writeAny(value: unknown, path: string): string {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return writeNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return 'null';
      case 'bigint':
        return `"${value}n"`;
      case 'symbol':
        return this.text(String(value));
      case 'function':
        return this.#guarded(value, () => this.text(markOf(value)));
      case 'object':
        return value === null ? 'null' : this.#writeObject(value, path);
    }
  }

  /** A text, under the rules for texts; `mediaType` is what stands beside it. */
  text(text: string, mediaType?: string): string {
    if (this.#left <= 0) return `"[cut, ${text.length} characters]"`;
    const clean = this.#rules.text.clean(text, { mediaType, room: this.#left });
    this.#left -= clean.length + 2;
    return quote(clean);
  }

  #writeRedacted(value: unknown, path: string, redact: (value: unknown, path: string) => unknown): string {
    let replaced: unknown;
    try {
      replaced = redact(value, path);
    } catch {
      return '"[redaction failed]"';
    }
    if (replaced === undefined && value !== undefined) return `"${redactedMark}"`;
    // Fails closed: a promise would let the value through before it is judged.
    if (typeof replaced === 'object' && replaced !== null && 'then' in replaced) return '"[redaction failed]"';
    return this.#writeAny(replaced, path);
  }

  #writeObject(value: object, path: string): string {
    if (this.#ancestors.length >= this.#rules.maxDepth) return `"[depth ${this.#rules.maxDepth}]"`;
    if (this.#ancestors.includes(value)) return '"[circular]"';
    this.#ancestors.push(value);
    const json = this.#guarded(value, () => this.#writeShape(value, path));
    this.#ancestors.pop();
    return json;
  }

  #guarded(_value: unknown, write: () => string): string {
    const depth = this.#ancestors.length;
    try {
      return write();
    } catch {
      this.#ancestors.length = depth;
      return unserializable;
    }
  }

  #writeShape(value: object, path: string): string {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#writeRecord(value, path, null);
    if (Array.isArray(value)) return this.#writeList(value, path);
    const agent = agentNameOf(value);
    if (agent !== undefined) return this.text(agent);
    const shape = shapeOf(value, prototype as object);
    switch (shape.kind) {
      case 'text':
        return this.text(shape.text);
      case 'primitive':
        return this.write(shape.value, path);
      case 'list':
        return this.#writeList(shape.items, path);
      case 'record':
        return this.#writeRecord(shape.record, path, prototype as object);
      case 'other':
        return this.write(shape.value, path);
    }
  }

  #writeList(items: readonly unknown[], path: string): string {
    let json = '[';
    const { length } = items;
    for (let index = 0; index < length && !this.isTooLarge; index += 1) {
      if (this.#nodesLeft <= 0 || this.#left <= 0)
        return `${json}${index === 0 ? '' : ','}"[${length - index} more items]"]`;
      this.#nodesLeft -= 1;
      if (index > 0) json += ',';
      json += this.#writeElement(items, index, path);
    }
    this.#left -= length + 1;
    return `${json}]`;
  }

  #writeElement(items: readonly unknown[], index: number, path: string): string {
    const descriptor = Object.getOwnPropertyDescriptor(items, index);
    if (descriptor?.get !== undefined || descriptor?.set !== undefined) return `"${getterMark}"`;
    return this.write(descriptor?.value, this.#rules.redact === undefined ? path : `${path}[${index}]`);
  }

  /** `prototype` is that of the class the fields belong to; `null` for plain data. */
  #writeRecord(record: object, path: string, prototype: object | null): string {
    let json = '';
    const keys = Object.keys(record);
    for (let index = 0; index < keys.length && !this.isTooLarge; index += 1) {
      if (this.#nodesLeft <= 0 || this.#left <= 0) {
        json += `${json === '' ? '' : ','}"…":"${keys.length - index} more keys"`;
        break;
      }
      const key = keys[index] as string; // within the bounds
      const field = this.#writeField(record, key, { path, prototype });
      if (field === undefined) continue;
      this.#nodesLeft -= 1;
      json += json === '' ? field : `,${field}`;
    }
    return `{${json}}`;
  }

  /** `"key":value`, or `undefined` for what JSON leaves out. */
  #writeField(
    record: object,
    key: string,
    { path, prototype }: { path: string; prototype: object | null },
  ): string | undefined {
    const descriptor = Object.getOwnPropertyDescriptor(record, key);
    if (descriptor === undefined) return undefined;
    const name = key.length < 16 ? quote(key) : this.text(key);
    if (descriptor.get !== undefined || descriptor.set !== undefined) return `${name}:"${getterMark}"`;
    const value: unknown = descriptor.value;
    if (value === undefined) return undefined;
    const isHidden = this.#isSecret(key, value) || (prototype !== null && isSensitive(prototype, key));
    if (isHidden) return `${name}:"${redactedMark}"`;
    if (typeof value === 'string' && key === 'data' && this.#rules.redact === undefined) {
      return `${name}:${this.text(value, mediaTypeBeside(record))}`;
    }
    return `${name}:${this.write(value, this.#rules.redact === undefined ? path : `${path}.${key}`)}`;
  }

  /** Flags and empty values tell nothing; everything else under a secret's name is one. */
  #isSecret(key: string, value: unknown): boolean {
    if (value === null || typeof value === 'boolean' || value === '') return false;
    return this.#rules.secretKeys?.has(key) === true;
  }
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : `${value}`;
}

import { type ArgumentNames, positionName } from './argument-names.js';
import { redactedMark } from './redact-text.js';
import { SecretKeys } from './secret-keys.js';
import { quote, TextRules } from './text-rules.js';
import { ValueWriter, type WriterRules } from './value-writer.js';

/** How much of a value is kept. */
export interface CaptureLimits {
  /** Characters of one text. @default 65536 */
  readonly maxStringLength?: number;
  /** Characters of one input or output. @default 1048576 */
  readonly maxSpanLength?: number;
  /** Levels of nesting. @default 64 */
  readonly maxDepth?: number;
  /** Values and keys of one input or output. @default 10000 */
  readonly maxNodes?: number;
}

/** What is kept, and what is hidden. */
export interface CaptureOptions {
  readonly limits?: CaptureLimits;
  /** Whether names and shapes of secrets are looked for. @default true */
  readonly redactSecrets?: boolean;
  /** More key names whose values are hidden. @default none */
  readonly redactKeys?: readonly string[];
  /** Asked for every leaf; what it returns stands in its place. @default none */
  readonly redact?: (value: unknown, path: string) => unknown;
}

/**
 * Takes snapshots of values as JSON text, bounded and redacted, before anything else in the toolkit sees them.
 *
 * Plain data is written as `JSON.stringify` would. Beyond it: `NaN` and infinities are texts, bigints `"123n"`, dates ISO
 * texts, maps objects (or lists of pairs), sets lists, errors `{ type, message, cause }`; class instances are written by their
 * fields as class-transformer's decorators want it, agents by their name. Getters are never called, promises never awaited,
 * streams never read: a mark such as `[getter]` or `[ReadableStream]` stands for each.
 */
export class Capture {
  readonly #rules: WriterRules;
  readonly #maxLength: number;

  constructor({ limits = {}, redactSecrets = true, redactKeys = [], redact }: CaptureOptions = {}) {
    const { maxStringLength = 65_536, maxSpanLength = 1_048_576, maxDepth = 64, maxNodes = 10_000 } = limits;
    const secretKeys = redactSecrets ? new SecretKeys(redactKeys) : undefined;
    this.#rules = { maxDepth, maxNodes, text: new TextRules(maxStringLength, secretKeys), secretKeys, redact };
    this.#maxLength = maxSpanLength;
  }

  /** A value as JSON text of about `budget` characters at the most. */
  value(value: unknown, path: string, budget: number = this.#maxLength): string {
    return this.#writer(budget).write(value, path);
  }

  /** Arguments as a JSON object by their names. Those that were not passed are left out. */
  inputs(args: ArrayLike<unknown>, names: ArgumentNames, budget: number = this.#maxLength): string {
    const writer = this.#writer(budget);
    const { keys, restIndex } = names;
    const named = restIndex === -1 ? args.length : Math.min(args.length, restIndex);
    let json = '';
    for (let index = 0; index < named; index += 1) {
      const key = keys[index] ?? `"${positionName(index)}":`;
      json += `${index === 0 ? '{' : ','}${key}${this.#argument(writer, names, { index, value: args[index] })}`;
    }
    if (restIndex !== -1) {
      const rest = Array.prototype.slice.call(args, restIndex);
      json += `${json === '' ? '{' : ','}${keys[restIndex]}${this.#argument(writer, names, { index: restIndex, value: rest })}`;
    }
    return json === '' ? '{}' : `${json}}`;
  }

  /** A text that stands by itself (a message, a name, a stack): redacted, bounded and well-formed, not JSON. */
  text(text: string, path: string): string {
    const { redact } = this.#rules;
    // Through the writer only where the user wants to see it: the common case stays one step.
    if (redact === undefined) return this.#rules.text.clean(text, { mediaType: undefined, room: this.#maxLength }).toWellFormed();
    return String(JSON.parse(this.value(text, path)));
  }

  #writer(budget: number): ValueWriter {
    return new ValueWriter(this.#rules, Math.min(budget, this.#maxLength));
  }

  #argument(writer: ValueWriter, names: ArgumentNames, { index, value }: { index: number; value: unknown }): string {
    const name = names.names[index];
    const isHidden = names.sensitive?.has(index) === true || (name !== undefined && this.#isSecret(name, value));
    return isHidden ? quote(redactedMark) : writer.write(value, this.#rules.redact === undefined ? 'inputs' : `inputs.${name ?? positionName(index)}`);
  }

  #isSecret(name: string, value: unknown): boolean {
    return value != null && typeof value !== 'boolean' && this.#rules.secretKeys?.has(name) === true;
  }
}

import { type ArgumentNames, hidesSome, isHidden, positionName } from './argument-names.js';
import { KeyBook } from './key-book.js';
import { KeyLists } from './key-lists.js';
import { PlainJudge } from './plain-judge.js';
import { SecretKeys } from './secret-keys.js';
import { redactedMark } from './secret-shapes.js';
import { SmallValue, smallDepth, smallLength } from './small-value.js';
import { quote, shortestMedia, TextRules } from './text-rules.js';
import { tellsSomething, ValueWriter, type WriterRules, writeNumber } from './value-writer.js';

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
  /** Calls code of the user's (`redact`, `toJSON`, `@Transform`, names of agents) so that nothing in it is traced. @default just calls it */
  readonly callOut?: <Answer>(act: () => Answer) => Answer;
}

/** More arguments are written at once. */
const mostWaiting = 16;
/** So are longer texts: what they were cut from stays alive as long as they do. */
const longestWaiting = 128;
const lengthOfPosition = 8;
const lengthOfNumber = 8;

interface Argument {
  readonly index: number;
  readonly value: unknown;
  readonly room: number;
}

/**
 * Takes snapshots of values as JSON text, bounded and redacted, before anything else in the toolkit sees them.
 *
 * Plain data is written as `JSON.stringify` would, but `-0` keeps its sign. Beyond it: `NaN` and infinities are texts, bigints
 * `"123n"`, dates ISO texts, maps objects (or lists of pairs), sets lists, errors `{ type, message, cause }`; class instances are
 * written by their fields as class-transformer's decorators want it, agents by their name. Getters are never called, promises
 * never awaited, streams never read: a mark such as `[getter]` or `[ReadableStream]` stands for each.
 */
export class Capture {
  readonly #rules: WriterRules;
  readonly #smallValue: SmallValue;
  readonly #maxLength: number;
  /** Whether no limit is so low that it cuts into small values. */
  readonly #isSmallKept: boolean;

  constructor({ limits = {}, redactSecrets = true, redactKeys = [], redact, callOut = call }: CaptureOptions = {}) {
    const { maxStringLength = 65_536, maxSpanLength = 1_048_576, maxDepth = 64, maxNodes = 10_000 } = limits;
    const secretKeys = redactSecrets ? new SecretKeys(redactKeys) : undefined;
    const text = new TextRules(maxStringLength, secretKeys);
    const keys = new KeyBook(text, secretKeys);
    this.#rules = {
      maxDepth,
      maxNodes,
      text,
      keys,
      keyLists: new KeyLists(maxNodes),
      cleanMessages: new WeakMap(),
      redact,
      callOut,
    };
    this.#smallValue = new SmallValue(this.#rules);
    this.#maxLength = maxSpanLength;
    this.#isSmallKept = Math.min(maxStringLength, maxNodes) >= smallLength && maxDepth >= smallDepth;
  }

  /** Whether paths are shown to anybody. */
  get asksByPath(): boolean {
    return this.#rules.redact !== undefined;
  }

  /** A value as JSON text of about `budget` characters at the most. */
  value(value: unknown, path: string, budget: number = this.#maxLength): string {
    const room = Math.min(budget, this.#maxLength);
    if (this.#rules.redact === undefined) {
      if (typeof value === 'string') return this.#line(value, room);
      if (typeof value === 'number') return writeNumber(value);
      if (typeof value === 'object' && value !== null && room > smallLength) {
        return this.#small(value) ?? this.#plain(value, room) ?? this.#written(value, path, room);
      }
    }
    return this.#written(value, path, room);
  }

  /** Whether a value may be written later, together with others: a short text, which nothing can change and nobody asks for. */
  mayWait(value: unknown): value is string {
    return typeof value === 'string' && value.length < shortestMedia && this.#rules.redact === undefined;
  }

  /** JSON of values that may wait, with commas between them; `undefined` where one of them needs a closer look. */
  values(texts: readonly string[]): string | undefined {
    return this.#rules.text.quotedAll(texts);
  }

  /**
   * About how long the JSON of arguments is that may be written later: few, short and not hidden, nothing can change them and nobody asks
   * for them. `undefined` where they have to be written now.
   */
  waitingLength(args: ArrayLike<unknown>, names: ArgumentNames): number | undefined {
    if (args.length > mostWaiting || names.restIndex !== -1 || hidesSome(names) || this.#rules.redact !== undefined)
      return undefined;
    let length = 0;
    for (let index = 0; index < args.length; index += 1) {
      const size = sizeIfFixed(args[index]);
      if (size === undefined) return undefined;
      const name = names.names[index];
      if (name !== undefined && this.#rules.keys.lookUp(name).isSecret) return undefined;
      length += size + (names.keys[index]?.length ?? lengthOfPosition);
    }
    return length;
  }

  /** Arguments as a JSON object by their names. Those that were not passed are left out. */
  inputs(args: ArrayLike<unknown>, names: ArgumentNames, budget: number = this.#maxLength): string {
    const { keys, restIndex } = names;
    const named = restIndex === -1 ? args.length : Math.min(args.length, restIndex);
    let json = '{';
    let room = Math.min(budget, this.#maxLength);
    for (let index = 0; index < named; index += 1) {
      const text = this.#argument(names, { index, value: args[index], room });
      room -= text.length;
      json += `${index === 0 ? '' : ','}${keys[index] ?? `"${positionName(index)}":`}${text}`;
    }
    if (restIndex !== -1) {
      const rest = Array.prototype.slice.call(args, restIndex);
      json += `${named === 0 ? '' : ','}${keys[restIndex]}${this.#argument(names, { index: restIndex, value: rest, room })}`;
    }
    return `${json}}`;
  }

  /** A text that stands by itself (a message, a name, a stack): redacted, bounded and well-formed, not JSON. */
  text(text: string, path: string): string {
    const { redact } = this.#rules;
    // Through the writer only where the user wants to see it: the common case stays one step.
    if (redact === undefined) return this.#rules.text.clean(text, this.#maxLength).toWellFormed();
    return String(JSON.parse(this.value(text, path)));
  }

  /** A text that is put together of what was captured in parts, without the secrets that were split. Of any length. */
  joined(text: string): string {
    return this.#rules.text.redacted(text);
  }

  /** Whether a value is hidden for the name it stands under. */
  isSecret(name: string, value: unknown): boolean {
    return tellsSomething(value) && this.#rules.keys.lookUp(name).isSecret;
  }

  #line(text: string, room: number): string {
    return room > 0 ? this.#rules.text.quoted(text, room) : `"[cut, ${text.length} characters]"`;
  }

  #written(value: unknown, path: string, room: number): string {
    const json = new ValueWriter(this.#rules, room).write(value, path);
    this.#rules.keyLists.forget(); // what is as large as that is always written here
    return json;
  }

  #small(value: object): string | undefined {
    if (!this.#isSmallKept) return undefined;
    try {
      return this.#smallValue.writeAll(value);
    } catch {
      return undefined; // a proxy whose traps throw
    }
  }

  /** A large value that is plain, by the engine; `undefined` if it is not plain. */
  #plain(value: object, room: number): string | undefined {
    try {
      return new PlainJudge(this.#rules, room).isPlainData(value) ? JSON.stringify(value) : undefined;
    } catch {
      return undefined; // a proxy whose traps throw
    }
  }

  #argument(names: ArgumentNames, { index, value, room }: Argument): string {
    const name = names.names[index];
    if (isHidden(index, names) || (name !== undefined && this.isSecret(name, value))) return quote(redactedMark);
    return this.value(
      value,
      this.#rules.redact === undefined ? 'inputs' : `inputs.${name ?? positionName(index)}`,
      Math.max(room, 0),
    );
  }
}

function call<Answer>(act: () => Answer): Answer {
  return act();
}

/** Characters of a value that nothing can change, about; `undefined` for any other. */
function sizeIfFixed(value: unknown): number | undefined {
  if (typeof value === 'string') return value.length > longestWaiting ? undefined : value.length;
  return typeof value === 'number' || typeof value === 'boolean' || value == null ? lengthOfNumber : undefined;
}

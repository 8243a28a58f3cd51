import { isRecord } from './records.js';
import { shown, type ValueKind } from './value-kinds.js';

/** Options by their names. */
export type KnownOptions = Readonly<Record<string, ValueKind>>;

/** How messages speak of options: `The option 'name' of @TracedTool`. */
export interface OptionWords {
  readonly whose: string;
  /** @default 'option' */
  readonly noun?: 'condition';
}

/** What is wrong with options that plain JavaScript gave, for a message; `undefined` where nothing is. */
export function faultOfOptions(words: OptionWords, options: unknown, known: KnownOptions): string | undefined {
  const { whose, noun = 'option' } = words;
  if (!isRecord(options)) return `${whose} takes an object of ${noun}s, but got ${shown(options)}.`;
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return `${whose} has no ${noun} '${name}'. It knows ${Object.keys(known).join(', ')}.`;
    if (value !== undefined && !kind.accepts(value))
      return `The ${noun} '${name}' of ${whose} must be ${kind.wanted}, but is ${shown(value)}.`;
  }
  return undefined;
}

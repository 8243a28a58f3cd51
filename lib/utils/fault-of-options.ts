import { isRecord } from './records.js';
import { shown, type ValueKind } from './value-kinds.js';

/** Options by their names. */
export type KnownOptions = Readonly<Record<string, ValueKind>>;

/** What is wrong with options that plain JavaScript gave, for a message; `undefined` where nothing is. */
export function faultOfOptions(whose: string, options: unknown, known: KnownOptions): string | undefined {
  if (options === undefined) return undefined;
  if (!isRecord(options)) return `${whose} takes an object of options, but got ${shown(options)}.`;
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return `${whose} has no option '${name}'. It knows ${Object.keys(known).join(', ')}.`;
    if (value !== undefined && !kind.accepts(value))
      return `The option '${name}' of ${whose} must be ${kind.wanted}, but is ${shown(value)}.`;
  }
  return undefined;
}

import type { HiddenArguments } from '../tracing/capture/argument-names.js';
import { namesIn, type ParameterNames } from '../utils/parameter-names.js';

/** What the parameters of a function are called. */
export interface KnownParameters {
  /** As the option `argNames` says. */
  readonly given: readonly string[];
  /** As the source says. */
  readonly read: ParameterNames;
}

/**
 * Which arguments the option `sensitive` means. Where nobody can tell (minified or misspelt, bound or wrapped) it is all of
 * them; where more than one has the name, each.
 */
export function hiddenArguments(
  sensitive: readonly (string | number)[],
  { given, read }: KnownParameters,
): HiddenArguments {
  const positions = new Set<number>();
  let sensitiveFrom = Number.POSITIVE_INFINITY;
  for (const name of sensitive) {
    const written = positionsWhere(read.texts, (text, index) => read.names[index] === name || hasKey(text, name));
    const named = [...written, ...positionsWhere(given, (other) => other === name)];
    const found = named.length === 0 ? positionsIn(name) : named;
    if (found.length === 0) return { sensitive: undefined, sensitiveFrom: 0 };
    for (const position of found) positions.add(position);
    // A rest parameter stands for all positions from its own on.
    if (written.includes(read.restIndex)) sensitiveFrom = Math.min(sensitiveFrom, read.restIndex);
  }
  return { sensitive: positions, sensitiveFrom };
}

/** What any of them hides. */
export function hiddenByAny(all: readonly HiddenArguments[]): HiddenArguments {
  return {
    sensitive: new Set(all.flatMap(({ sensitive }) => [...(sensitive ?? [])])),
    sensitiveFrom: Math.min(Number.POSITIVE_INFINITY, ...all.map(({ sensitiveFrom }) => sensitiveFrom)),
  };
}

function positionsWhere(texts: readonly string[], isMeant: (text: string, index: number) => boolean): number[] {
  return texts.flatMap((text, index) => (isMeant(text, index) ? [index] : []));
}

/** Whether a parameter is destructured and takes that key, or gives it that name. */
function hasKey(parameter: string, name: string | number): boolean {
  if (typeof name === 'number' || !/^(?:\.\.\.\s*)?[{[]/.test(parameter)) return false;
  return namesIn(parameter).includes(name);
}

/** The position that a number, or a name such as `arg1`, stands for. */
function positionsIn(name: string | number): number[] {
  const position = typeof name === 'number' ? name : Number(/^arg(\d+)$/.exec(name)?.[1] ?? -1);
  return Number.isInteger(position) && position >= 0 ? [position] : [];
}

/** The names of a function's arguments, made ready for writing. */
export interface ArgumentNames {
  readonly names: readonly string[];
  /** The names as JSON keys with their colon: `"query":`. */
  readonly keys: readonly string[];
  /** Position of the rest parameter; `-1` if there is none. */
  readonly restIndex: number;
  /** Positions that are never captured; `undefined` if there are none. */
  readonly sensitive: ReadonlySet<number> | undefined;
}

/** What else is known of the arguments. */
export interface ArgumentFacts {
  readonly restIndex?: number;
  /** Names of arguments that are never captured. */
  readonly sensitive?: readonly string[];
}

/** Makes names ready for writing; an unknown name becomes `arg` and its position. */
export function argumentNames(
  given: readonly (string | undefined)[],
  { restIndex = -1, sensitive = [] }: ArgumentFacts,
): ArgumentNames {
  const names = given.map((name, index) => name ?? positionName(index));
  const hidden = new Set(sensitive.map((name) => positionOf(name, names)).filter((index) => index !== -1));
  return {
    names,
    keys: names.map((name) => `${JSON.stringify(name)}:`),
    restIndex,
    sensitive: hidden.size === 0 ? undefined : hidden,
  };
}

/** The name of an argument that has none. */
export function positionName(index: number): string {
  return `arg${index}`;
}

function positionOf(name: string, names: readonly string[]): number {
  const index = names.indexOf(name);
  if (index !== -1) return index;
  const position = /^arg(\d+)$/.exec(name)?.[1];
  return position === undefined ? -1 : Number(position);
}

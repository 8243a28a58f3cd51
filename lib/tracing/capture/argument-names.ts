/** The names of a function's arguments, made ready for writing. */
export interface ArgumentNames {
  readonly names: readonly string[];
  /** The names as JSON keys with their colon: `"query":`. */
  readonly keys: readonly string[];
  /** Position of the rest parameter; `-1` if there is none. */
  readonly restIndex: number;
  /** Positions that are never captured; `undefined` if there are none. */
  readonly sensitive: ReadonlySet<number> | undefined;
  /** From this position on nothing is captured; `Infinity` if there is none. */
  readonly sensitiveFrom: number;
}

/** What else is known of the arguments. */
export interface ArgumentFacts {
  readonly restIndex?: number;
  /** Positions of arguments that are never captured. */
  readonly sensitive?: readonly number[];
  /** From this position on no argument is captured. @default Infinity */
  readonly sensitiveFrom?: number;
}

/** Makes names ready for writing; an unknown name becomes `arg` and its position. */
export function argumentNames(
  given: readonly (string | undefined)[],
  { restIndex = -1, sensitive = [], sensitiveFrom = Number.POSITIVE_INFINITY }: ArgumentFacts,
): ArgumentNames {
  const names = given.map((name, index) => name ?? positionName(index));
  return {
    names,
    keys: names.map((name) => `${JSON.stringify(name)}:`),
    restIndex,
    sensitive: sensitive.length === 0 ? undefined : new Set(sensitive),
    sensitiveFrom,
  };
}

/** The name of an argument that has none. */
export function positionName(index: number): string {
  return `arg${index}`;
}

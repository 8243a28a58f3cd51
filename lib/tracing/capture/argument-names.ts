/** Arguments that are never captured. */
export interface HiddenArguments {
  /** Their positions; `undefined` if there are none. */
  readonly sensitive: ReadonlySet<number> | undefined;
  /** From this position on nothing is captured; `Infinity` if there is none. */
  readonly sensitiveFrom: number;
}

/** The names of a function's arguments, made ready for writing. */
export interface ArgumentNames extends HiddenArguments {
  readonly names: readonly string[];
  /** The names as JSON keys with their colon: `"query":`. */
  readonly keys: readonly string[];
  /** Position of the rest parameter; `-1` if there is none. */
  readonly restIndex: number;
  /** Position of the argument that names the model of a call; `-1` if there is none, or it is hidden. */
  readonly modelIndex: number;
}

/** What else is known of the arguments. */
export interface ArgumentFacts extends Partial<HiddenArguments> {
  readonly restIndex?: number;
}

/** Makes names ready for writing; an unknown name becomes `arg` and its position. */
export function argumentNames(
  given: readonly (string | undefined)[],
  { restIndex = -1, sensitive = new Set(), sensitiveFrom = Number.POSITIVE_INFINITY }: ArgumentFacts,
): ArgumentNames {
  const names = given.map((name, index) => name ?? positionName(index));
  // The values of a rest parameter are written as one: who hides one of them hides all.
  const isRestHidden =
    restIndex !== -1 && (Number.isFinite(sensitiveFrom) || [...sensitive].some((position) => position >= restIndex));
  const hidden: HiddenArguments = {
    sensitive: sensitive.size === 0 ? undefined : sensitive,
    sensitiveFrom: isRestHidden ? Math.min(sensitiveFrom, restIndex) : sensitiveFrom,
  };
  return {
    names,
    keys: names.map((name) => `${JSON.stringify(name)}:`),
    restIndex,
    modelIndex: names.findIndex((name, index) => name === 'model' && !isHidden(index, hidden)),
    ...hidden,
  };
}

/** The name of an argument that has none. */
export function positionName(index: number): string {
  return `arg${index}`;
}

/** Whether the argument at a position is never captured. */
export function isHidden(index: number, { sensitive, sensitiveFrom }: HiddenArguments): boolean {
  return index >= sensitiveFrom || sensitive?.has(index) === true;
}

/** Whether any argument is never captured. */
export function hidesSome({ sensitive, sensitiveFrom }: HiddenArguments): boolean {
  return sensitive !== undefined || sensitiveFrom !== Number.POSITIVE_INFINITY;
}

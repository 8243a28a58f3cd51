import { ConfigurationError } from '../errors.js';
import { faultOfOptions } from '../utils/fault-of-options.js';
import type { ValueKind } from '../utils/value-kinds.js';

/** What each option may be. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: ValueKind };

/** @throws {ConfigurationError} for options that are not known, or cannot be used: misspelt, they would be passed over. */
export function checkOptions<Options>(whose: string, options: Options, kinds: OptionKinds<Options>): void {
  const fault = faultOfOptions({ whose }, options, kinds);
  if (fault !== undefined) throw new ConfigurationError(fault);
}

import { ConfigurationError } from '../errors.js';
import { faultOfOptions } from '../utils/fault-of-options.js';
import type { ValueKind } from '../utils/value-kinds.js';

/** What each option of an exporter may be. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: ValueKind };

/** @throws {ConfigurationError} for options that the exporter does not know, or cannot use: misspelt, they would be passed over. */
export function checkOptions<Options>(exporter: string, options: Options, kinds: OptionKinds<Options>): void {
  const fault = faultOfOptions(exporter, options, kinds);
  if (fault !== undefined) throw new ConfigurationError(fault);
}

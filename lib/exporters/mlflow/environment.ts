import { ConfigurationError } from '../../errors.js';

/** Variables of the process, by name. Empty ones count as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigurationError} for what is no number, or below 0. */
export function numberIn(environment: Environment, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text.trim() === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ConfigurationError(`${name} must be a number from 0, but is '${text}'.`);
}

/** As Python reads switches: `true`, `1`, `false` and `0`. @throws {ConfigurationError} for anything else. */
export function flagIn(environment: Environment, name: string, fallback: boolean): boolean {
  const text = environment[name]?.trim().toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ConfigurationError(`${name} must be true or false, but is '${text}'.`);
}

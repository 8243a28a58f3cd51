import { inspect } from 'node:util';
import { isRecord } from './records.js';

/** What a value may be. */
export interface ValueKind {
  /** Completes "must be". */
  readonly wanted: string;
  readonly accepts: (value: unknown) => boolean;
}

/** One that can also be written as a text, as in the environment. */
export interface TextKind<Value> extends ValueKind {
  /** The value that is meant, which may be one that is not accepted. */
  readonly fromText: (text: string) => Value | undefined;
}

const flagWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);

/** A switch. */
export const flag: TextKind<boolean> = {
  wanted: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  fromText: (text) => flagWords.get(text.trim().toLowerCase()),
};

/** A text that is not empty. */
export const text: TextKind<string> = {
  wanted: 'a text',
  accepts: (value) => typeof value === 'string' && value !== '',
  fromText: (given) => given,
};

/** One that may be empty. */
export const anyText: ValueKind = { wanted: 'a text', accepts: (value) => typeof value === 'string' };

/** A number of things, so without fractions. */
export const count: TextKind<number> = {
  wanted: 'a whole number from 0',
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  fromText: numberFrom,
};

/** A number of things of which there must be one. */
export const countFromOne: ValueKind = {
  wanted: 'a whole number from 1',
  accepts: (value) => count.accepts(value) && value !== 0,
};

/** A number of what can be divided. */
export function amount(max: number): TextKind<number> {
  return {
    wanted: `a number from 0 to ${max}`,
    accepts: (value) => typeof value === 'number' && value >= 0 && value <= max,
    fromText: numberFrom,
  };
}

/** A bound of what can be divided; `Infinity` is none. */
export const bound: ValueKind = {
  wanted: 'a positive number',
  accepts: (value) => typeof value === 'number' && value > 0,
};

/** One of these words. */
export function choice<Word extends string>(words: readonly Word[]): TextKind<Word> {
  return {
    wanted: `one of ${words.join(', ')}`,
    accepts: (value) => words.some((word) => word === value),
    fromText: (given) => given as Word, // or another word, which is not accepted
  };
}

/** Any names, as a text between commas. */
export const names: TextKind<readonly string[]> = {
  wanted: 'an array of names',
  accepts: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''),
  fromText: namesFrom,
};

/** Some of these words, as a text between commas; `none` is none of them, and so is an empty text. */
export function choices<Word extends string>(words: readonly Word[]): TextKind<readonly Word[]> {
  return {
    wanted: `some of ${words.join(', ')}, or none`,
    accepts: (value) => Array.isArray(value) && value.every((word) => words.includes(word)),
    // Or other words, which are not accepted.
    fromText: (given) => (given.trim().toLowerCase() === 'none' ? [] : (namesFrom(given) as Word[])),
  };
}

/** A list of anything. */
export const list: ValueKind = { wanted: 'an array', accepts: Array.isArray };

/** Options within an option. */
export const group: ValueKind = { wanted: 'an object of options', accepts: isRecord };

/** What can be called. */
export const callback: ValueKind = { wanted: 'a function', accepts: (value) => typeof value === 'function' };

/** The value for a message, shortened; nothing of it is called. */
export function shown(value: unknown): string {
  return inspect(value, {
    depth: 0,
    customInspect: false,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 3,
    maxStringLength: 100,
  });
}

function numberFrom(given: string): number {
  return given.trim() === '' ? Number.NaN : Number(given);
}

/** Each once. */
function namesFrom(given: string): string[] {
  const parts = given.split(',').map((part) => part.trim());
  return [...new Set(parts)].filter((part) => part !== '');
}

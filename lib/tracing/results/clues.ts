import { types } from 'node:util';
import { usagePlaces } from '../../usage/usage-places.js';
import { callPlaces } from '../tool-call-parts.js';
import { modelPlaces } from './model-of.js';
import { streamPlaces } from './result-kind.js';

/** What an answer may hold, one bit each. */
export const Clue = { stream: 1, usage: 2, model: 4, calls: 8 } as const;

const allClues = Clue.stream | Clue.usage | Clue.model | Clue.calls;

/**
 * What a model's answer may hold, by the names of the fields that JSON would have: they are gone through once for all who look for
 * something. To ask for each name takes several times as long as all the rest of the look, where a program has answers of many kinds.
 */
export function cluesIn(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0;
  // What has a class may inherit them, a list may hold chunks, and a proxy is asked by those who know how.
  if (types.isProxy(answer) || Object.getPrototypeOf(answer) !== Object.prototype) return allClues;
  let clues = 0;
  for (const name in answer) clues |= clueOf.get(name) ?? 0;
  return clues;
}

const clueOf = new Map<string, number>();

function give(clue: number, names: Iterable<string>): void {
  for (const name of names) clueOf.set(name, (clueOf.get(name) ?? 0) | clue);
}

give(Clue.stream, streamPlaces);
give(Clue.usage, usagePlaces.keys());
give(Clue.model, modelPlaces);
give(Clue.calls, callPlaces);

import { parseJson } from '../utils/parse-json.js';
import { isRecord } from '../utils/records.js';

/** What stands in inputs for a text that was not kept as it was: it may have been any. */
const unkept = /\[redacted\]|\[cut, \d+ characters\]/;

/**
 * How well the arguments that a model wrote are those that a tool got, by its parameters' names: `-1` where one of them is
 * missing, else the more the better. The program may have added to them, and may have passed them as one object or text.
 */
export function fitOf(asked: unknown, got: Readonly<Record<string, unknown>>): number {
  if (asked === null) return 0;
  const values = Object.values(got);
  if (!isRecord(asked)) return values.some((value) => isSame(asked, value)) ? 1 : -1;
  const records = values.map((value) => (typeof value === 'string' ? parseJson(value) : value)).filter(isRecord);
  return Math.max(fitOfRecord(asked, got), ...records.map((record) => fitOfRecord(asked, record)));
}

/** An argument stands under its name; where nothing is called so, under one that the model does not know. */
function fitOfRecord(asked: Readonly<Record<string, unknown>>, got: Readonly<Record<string, unknown>>): number {
  // Strict schemas make null of an argument that is left out.
  const names = Object.keys(asked).filter((name) => asked[name] !== null);
  const shared = names.filter((name) => Object.hasOwn(got, name));
  if (!shared.every((name) => isSame(asked[name], got[name]))) return -1;
  const others = Object.keys(got).filter((name) => !Object.hasOwn(asked, name));
  for (const name of names) {
    if (Object.hasOwn(got, name)) continue;
    const place = others.findIndex((other) => isSame(asked[name], got[other]));
    if (place === -1) return -1;
    others.splice(place, 1);
  }
  return names.length + shared.length;
}

function isSame(asked: unknown, got: unknown): boolean {
  if (typeof got === 'string' && unkept.test(got)) return true;
  if (Array.isArray(asked)) {
    return (
      Array.isArray(got) && got.length === asked.length && asked.every((value, index) => isSame(value, got[index]))
    );
  }
  if (!isRecord(asked)) return asked === got;
  return isRecord(got) && Object.entries(asked).every(([key, value]) => value === null || isSame(value, got[key]));
}

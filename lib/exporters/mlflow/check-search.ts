import { getOwn, isRecord } from '../../utils/records.js';
import { choice, flag, shown, type ValueKind } from '../../utils/value-kinds.js';
import type { SpanFilter, TraceFilter, TraceSearch } from './trace-filter.js';

/** @throws {TypeError} that names the place. */
type Check = (value: unknown, place: string) => void;

/** A check for each condition of a group. */
type Checks<Group> = { readonly [Name in keyof Required<Group>]: Check };

const text = is({ wanted: 'a text', accepts: isText });
const texts = is({ wanted: 'a list of texts', accepts: isTexts });
const textOrTexts = is({ wanted: 'a text or a list of texts', accepts: (value) => isText(value) || isTexts(value) });

const state = choice(['OK', 'ERROR', 'IN_PROGRESS', 'STATE_UNSPECIFIED']);
const stateOrStates = is({
  wanted: `${state.wanted}, or a list of them`,
  accepts: (value) => (Array.isArray(value) ? value.every(state.accepts) : state.accepts(value)),
});

const milliseconds = is({
  wanted: 'a number of milliseconds',
  accepts: (value) => typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER,
});
const numbers = group({ atLeast: milliseconds, atMost: milliseconds });

const comparisons = { not: text, like: text, ilike: text };
const textCondition = textOr(comparisons);
const labelCondition = textOr({ ...comparisons, isSet: is(flag) });
const content = oneOf({ like: text });

const spanChecks: Checks<SpanFilter> = {
  name: textCondition,
  type: textCondition,
  status: is(choice(['OK', 'ERROR'])),
  content,
  attributes: each(text),
};

const filterChecks: Checks<TraceFilter> = {
  state: stateOrStates,
  name: textCondition,
  traceId: textOrTexts,
  clientRequestId: textOrTexts,
  runId: textOrTexts,
  timestampMs: numbers,
  executionTimeMs: numbers,
  text: content,
  session: text,
  user: text,
  tags: each(labelCondition),
  metadata: each(labelCondition),
  feedback: each(textCondition),
  expectations: each(textCondition),
  span: group(spanChecks),
};

const searchChecks: Checks<TraceSearch> = {
  experimentIds: texts,
  filter: group(filterChecks),
  orderBy: texts,
  pageSize: is({
    wanted: 'a whole number from 1 to 500',
    accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 500,
  }),
};

const searchGroup = group(searchChecks);

/** @throws {TypeError} for what is no search, with the remedy: a condition that is misspelt would match everything. */
export function checkSearch(search: TraceSearch): void {
  searchGroup(search, 'search');
  texts(search.experimentIds, 'search.experimentIds');
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function is({ wanted, accepts }: ValueKind): Check {
  return (value, place) => {
    if (!accepts(value)) throw new TypeError(`${place} must be ${wanted}, but is ${shown(value)}.`);
  };
}

/** Conditions by name, any of which may be `undefined`. */
function group(checks: Readonly<Record<string, Check>>): Check {
  return (value, place) => {
    for (const [name, condition] of entriesOf(value, place)) {
      const check = getOwn(checks, name);
      if (check === undefined)
        throw new TypeError(`${place} has no condition '${name}'. It knows ${Object.keys(checks).join(', ')}.`);
      if (condition !== undefined) check(condition, `${place}.${name}`);
    }
  };
}

/** Just one of these conditions: of two one would not count. */
function oneOf(checks: Readonly<Record<string, Check>>): Check {
  const checkAll = group(checks);
  return (value, place) => {
    checkAll(value, place);
    if (entriesOf(value, place).filter(([, condition]) => condition !== undefined).length !== 1)
      throw new TypeError(`${place} must have one of ${Object.keys(checks).join(', ')}, but is ${shown(value)}.`);
  };
}

function textOr(checks: Readonly<Record<string, Check>>): Check {
  const checkOne = oneOf(checks);
  const checkKind = is({
    wanted: `a text, or an object with one of ${Object.keys(checks).join(', ')}`,
    accepts: (value) => isText(value) || isRecord(value),
  });
  return (value, place) => {
    checkKind(value, place);
    if (!isText(value)) checkOne(value, place);
  };
}

/** Conditions by names of the user's: each must be there, since one that is `undefined` would match everything. */
function each(check: Check): Check {
  return (value, place) => {
    for (const [name, condition] of entriesOf(value, place)) check(condition, `${place}.${name}`);
  };
}

function entriesOf(value: unknown, place: string): readonly (readonly [string, unknown])[] {
  if (isRecord(value)) return Object.entries(value);
  throw new TypeError(`${place} must be an object of conditions, but is ${shown(value)}.`);
}

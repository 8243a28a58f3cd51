import { join } from 'node:path';
import { FileExporter, InMemoryExporter, init, searchTraces, shutdown, type TraceQuery } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/temporary-folder.js';

const temporaryFolder = temporaryFolders();

afterEach(async () => {
  await shutdown();
});

const noText = [5, null, {}];
const noTime = ['2026-01-01', 5, null, new Date(Number.NaN)];

/** For each condition what it cannot be; complete by its type. */
const misuses: Record<keyof TraceQuery, readonly unknown[]> = {
  state: ['error', '', 5, null],
  name: noText,
  session: noText,
  user: noText,
  tags: ['a', 5, null, [], { a: 1 }],
  startedAfter: noTime,
  startedBefore: noTime,
  limit: [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, '5', null, {}],
};

const searchers: readonly (readonly [title: string, search: (query: TraceQuery) => Promise<unknown>])[] = [
  [
    'searchTraces()',
    (query) => {
      init({ exporters: [] });
      return searchTraces(query);
    },
  ],
  ['an InMemoryExporter', (query) => new InMemoryExporter().searchTraces(query)],
  ['a FileExporter', (query) => new FileExporter({ path: join(temporaryFolder(), 'none') }).searchTraces(query)],
];

describe.each(searchers)('a query of %s', (_title, search) => {
  it.each(Object.entries(misuses).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'is refused with %s: %o',
    async (name, value) => {
      const found = search({ [name]: value } as never);

      await expect(found).rejects.toThrow(TypeError);
      await expect(found).rejects.toThrow(name);
    },
  );

  it.each([
    [{ limit: -1 }, "The condition 'limit' of searchTraces() must be a whole number from 0, or Infinity, but is -1."],
    [{ startedAfter: 'now' }, "The condition 'startedAfter' of searchTraces() must be a valid Date, but is 'now'."],
    [
      { stat: 'OK' },
      "searchTraces() has no condition 'stat'. It knows state, name, session, user, tags, startedAfter, startedBefore, limit.",
    ],
    [null, 'searchTraces() takes an object of conditions, but got null.'],
    ['OK', "searchTraces() takes an object of conditions, but got 'OK'."],
  ])('is told what is wrong with %o', async (query, message) => {
    await expect(search(query as never)).rejects.toThrow(new TypeError(message));
  });

  it('may have each condition undefined, and any number of traces as its limit', async () => {
    const unset = Object.fromEntries(Object.keys(misuses).map((name) => [name, undefined]));

    expect(await search(unset)).toEqual([]);
    expect(await search({ limit: 0 })).toEqual([]);
    expect(await search({ limit: Number.POSITIVE_INFINITY })).toEqual([]);
  });
});

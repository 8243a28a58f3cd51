import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/errors.js';
import { InMemoryExporter } from '../../lib/exporters/in-memory-exporter.js';
import { aTrace } from '../support/traces.js';
import { runExporterContract } from './exporter-contract.js';

runExporterContract('memory', {
  create: () => {
    const exporter = new InMemoryExporter();
    return { exporter, readBack: async () => exporter.traces };
  },
  skip: [
    { reason: 'what it holds is read after the end, too', cases: ['refuses traces after shutdown'] },
    { reason: 'there is nothing that could fail', cases: ['fails with an ExportError'] },
  ],
});

const first = aTrace({ id: `tr-${'1'.repeat(32)}`, name: 'first', requestTime: new Date(1000) });
const second = aTrace({ id: `tr-${'2'.repeat(32)}`, name: 'second', requestTime: new Date(2000) });
const third = aTrace({ id: `tr-${'3'.repeat(32)}`, name: 'third', requestTime: new Date(3000) });

describe('InMemoryExporter', () => {
  it('lets the oldest go where it is full, and counts them', () => {
    const memory = new InMemoryExporter({ maxTraces: 2 });

    memory.export([first, second]);
    memory.export([third]);

    expect(memory.traces).toEqual([second, third]);
    expect(memory.evicted).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses room for %j traces', (maxTraces) => {
    const make = () => new InMemoryExporter({ maxTraces });

    expect(make).toThrow(
      new ConfigurationError(
        `The option 'maxTraces' of InMemoryExporter must be a whole number from 1, but is ${maxTraces}.`,
      ),
    );
  });

  it('forgets all when it is cleared, and leaves lists alone that were taken before', () => {
    const memory = new InMemoryExporter();
    memory.export([first]);
    const before = memory.traces;

    memory.clear();

    expect([before, memory.traces]).toEqual([[first], []]);
  });

  it('finds a trace by its id, the last one where there are several', async () => {
    const memory = new InMemoryExporter();
    const again = aTrace({ id: first.info.traceId, name: 'again' });

    memory.export([first, second, again]);

    expect(await memory.getTrace(first.info.traceId)).toBe(again);
    expect(await memory.getTrace('tr-none')).toBeUndefined();
  });

  it('searches, the newest start first', async () => {
    const memory = new InMemoryExporter();
    memory.export([second, third, first]);

    expect(await memory.searchTraces({})).toEqual([third, second, first]);
    expect(await memory.searchTraces({ limit: 2 })).toEqual([third, second]);
  });
});

describe('a query of traces', () => {
  const failed = aTrace({
    state: 'ERROR',
    name: 'failed',
    session: 'chat 1',
    user: 'Ann',
    tags: { team: 'sums', constructor: 'own' },
    requestTime: new Date(2000),
  });

  it.each([
    [{}, true],
    [{ state: 'ERROR' }, true],
    [{ state: 'OK' }, false],
    [{ name: 'failed' }, true],
    [{ name: 'fail' }, false],
    [{ session: 'chat 1' }, true],
    [{ session: 'chat 2' }, false],
    [{ user: 'Ann' }, true],
    [{ user: 'Bob' }, false],
    [{ tags: { team: 'sums' } }, true],
    [{ tags: { team: 'sums', constructor: 'own' } }, true],
    [{ tags: { team: 'other' } }, false],
    [{ tags: { toString: 'inherited' } }, false],
    [{ startedAfter: new Date(2000) }, true],
    [{ startedAfter: new Date(2001) }, false],
    [{ startedBefore: new Date(2000) }, false],
    [{ startedBefore: new Date(2001) }, true],
    [{ state: 'ERROR', name: 'failed', user: 'Bob' }, false],
  ] as const)('%j: %j', async (query, isFound) => {
    const memory = new InMemoryExporter();
    memory.export([failed]);

    const found = await memory.searchTraces(query);

    expect(found.length === 1).toBe(isFound);
  });
});

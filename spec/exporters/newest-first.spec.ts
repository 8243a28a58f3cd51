import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../lib/entities/trace.js';
import { FileExporter } from '../../lib/exporters/file/file-exporter.js';
import { InMemoryExporter } from '../../lib/exporters/in-memory-exporter.js';
import { newestFirst } from '../../lib/exporters/newest-first.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { aTrace } from '../support/traces.js';

const temporaryFolder = temporaryFolders();

/** They begin in the same millisecond, the second and the third even in the same nanosecond. */
const [first, second, third, fourth] = [
  ['1', 0.000_001],
  ['3', 0.000_002],
  ['2', 0.000_002],
  ['0', 0.000_003],
].map(([digit, startMs]) =>
  aTrace({ id: `tr-${String(digit).repeat(32)}`, name: String(digit), spans: [{ startMs: Number(startMs) }] }),
) as [Trace, Trace, Trace, Trace]; // four lines, four traces

describe('newestFirst', () => {
  it('looks at nanoseconds where traces begin in the same millisecond, then at the id', () => {
    expect(namesOf(newestFirst([second, first, fourth, third], {}))).toEqual(['0', '2', '3', '1']);
    expect(namesOf(newestFirst([third, fourth, second, first], {}))).toEqual(['0', '2', '3', '1']);
  });

  it('looks at milliseconds and ids only where there are no spans', () => {
    const bare = ['1', '3', '2'].map((digit) =>
      aTrace({ id: `tr-${digit}`, name: digit, spans: [], requestTime: new Date(digit === '1' ? 2 : 1) }),
    );

    expect(namesOf(newestFirst(bare, {}))).toEqual(['1', '2', '3']);
  });

  it('gives the same order from memory as from a file', async () => {
    const memory = new InMemoryExporter();
    const file = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    for (const exporter of [memory, file]) exporter.export([third, fourth, second, first]);

    const found = [await memory.searchTraces({ limit: 3 }), await file.searchTraces({ limit: 3 })];

    expect(found.map(namesOf)).toEqual([
      ['0', '2', '3'],
      ['0', '2', '3'],
    ]);
  });
});

function namesOf(traces: readonly Trace[]): (string | undefined)[] {
  return traces.map((trace) => trace.info.name);
}

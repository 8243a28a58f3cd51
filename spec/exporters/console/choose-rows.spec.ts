import { describe, expect, it } from 'vitest';
import { chooseRows } from '../../../lib/exporters/console/choose-rows.js';
import { spanRows } from '../../../lib/exporters/console/span-rows.js';
import { aTrace, type SpanParts } from '../../support/traces.js';

const spans: readonly SpanParts[] = [
  { name: 'root' },
  { name: 'a', parent: 1 },
  { name: 'a1', parent: 2 },
  { name: 'b', parent: 1 },
  { name: 'b1', parent: 4, error: 'Error: b1' },
  { name: 'c', parent: 1, error: 'Error: c' },
];

describe('chooseRows', () => {
  it('takes all where there is room', () => {
    expect(chosen(6)).toEqual(['root', 'a', 'a1', 'b', 'b1', 'c']);
  });

  it('prefers failed spans, and what is above them', () => {
    expect(chosen(4)).toEqual(['root', 'b', 'b1', 'c']);
  });

  it('fills what is left from the top', () => {
    expect(chosen(5)).toEqual(['root', 'a', 'b', 'b1', 'c']);
  });

  it('leaves out failed spans too deep to be shown, but not the others', () => {
    expect(chosen(2)).toEqual(['root', 'c']);
  });

  it('counts the lines of each row', () => {
    expect(chosen(6, 2)).toEqual(['root', 'b', 'b1']);
  });

  it('takes none without room', () => {
    expect(chosen(0)).toEqual([]);
  });
});

function chosen(maxLines: number, linesEach = 1): string[] {
  const rows = spanRows(aTrace({ spans }).data.spans);
  return chooseRows(rows, { maxLines, linesOf: () => linesEach }).map(({ span }) => span.name);
}

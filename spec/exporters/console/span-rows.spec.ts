import { describe, expect, it } from 'vitest';
import { type SpanRow, spanRows } from '../../../lib/exporters/console/span-rows.js';
import { aTrace, type SpanParts } from '../../support/traces.js';

describe('spanRows', () => {
  it('puts each span below its parent, children in their order', () => {
    const tree = treeOf([
      { name: 'root' },
      { name: 'a', parent: 1 },
      { name: 'b', parent: 1 },
      { name: 'a1', parent: 2 },
      { name: 'b1', parent: 3 },
    ]);

    expect(tree).toEqual(['root', 'root/a', 'root/a/a1', 'root/b', 'root/b/b1']);
  });

  it('finds a parent that comes after its child', () => {
    const tree = treeOf([{ name: 'child', parent: 2 }, { name: 'root' }]);

    expect(tree).toEqual(['root', 'root/child']);
  });

  it('puts spans without their parent at the top', () => {
    const tree = treeOf([{ name: 'root' }, { name: 'orphan', parent: 99 }, { name: 'child', parent: 2 }]);

    expect(tree).toEqual(['root', 'orphan', 'orphan/child']);
  });

  it('opens rings of parents at their first span', () => {
    const tree = treeOf([
      { name: 'root' },
      { name: 'a', parent: 3 },
      { name: 'b', parent: 2 },
      { name: 'own parent', parent: 4 },
    ]);

    expect(tree).toEqual(['root', 'a', 'a/b', 'own parent']);
  });

  it('shows spans of the same id each once, with the children at the first', () => {
    const tree = treeOf([{ name: 'first' }, { name: 'second', id: 1 }, { name: 'child', parent: 1 }]);

    expect(tree).toEqual(['first', 'first/child', 'second']);
  });

  it('has no rows without spans', () => {
    expect(treeOf([])).toEqual([]);
  });

  it('takes a chain of 100 000 spans', () => {
    const chain = Array.from({ length: 100_000 }, (_, index): SpanParts => (index === 0 ? {} : { parent: index }));
    const { spans } = aTrace({ spans: chain }).data;

    const rows = spanRows(spans);

    expect(rows.map(({ span }) => span)).toEqual(spans);
  });
});

function treeOf(spans: readonly SpanParts[]): string[] {
  return spanRows(aTrace({ spans }).data.spans).map(pathOf);
}

function pathOf({ span, parent }: SpanRow): string {
  return parent === undefined ? span.name : `${pathOf(parent)}/${span.name}`;
}

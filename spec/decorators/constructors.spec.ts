import { disable, shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(shutdown);

type Maker = new (x: number) => { x: number };

describe('a traced function that is a constructor', () => {
  function Point(this: { x: number }, x: number) {
    this.x = x;
  }

  it('still is one, with a span for each instance', () => {
    const memory = recordInMemory();
    const Traced = traceTool(Point) as unknown as Maker;
    class Point3 extends Traced {}

    const point = new Traced(1);
    const derived = new Point3(2);

    expect(point).toBeInstanceOf(Point);
    expect(point).toEqual({ x: 1 });
    expect(derived).toBeInstanceOf(Point3);
    expect(derived.x).toBe(2);
    expect(memory.traces).toHaveLength(2);
    expect(memory.traces[0]?.data.spans[0]?.inputs).toEqual({ x: 1 });
  });

  it('still is one while tracing is off, and a function as well', () => {
    recordInMemory();
    disable();
    const traced = traceTool(Point);

    expect(new (traced as unknown as Maker)(1)).toEqual({ x: 1 });
    expect(traced.call({ x: 0 }, 3)).toBeUndefined();
  });

  it('is none if it was none', () => {
    const arrow = traceTool((x: number) => x) as unknown as Maker;

    expect(() => new arrow(1)).toThrow(TypeError);
  });
});

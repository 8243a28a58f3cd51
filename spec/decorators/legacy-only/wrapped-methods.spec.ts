import { shutdown, TracedAgent, TracedTool } from 'traced-agents';
import { afterEach, expect, it } from 'vitest';
import { recordInMemory, treeOf } from '../../support/recording.js';

afterEach(shutdown);

function Foreign(_target: object, _key: string, descriptor: PropertyDescriptor): PropertyDescriptor {
  const method = descriptor.value as (...args: unknown[]) => unknown;
  return {
    ...descriptor,
    value(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(method, this, args);
    },
  };
}

it('a tool under a decorator of somebody else is no entry of its agent', () => {
  @TracedAgent()
  class Planner {
    plan() {
      return this.search();
    }

    @Foreign
    @TracedTool()
    search() {
      return 1;
    }
  }
  const memory = recordInMemory();

  new Planner().search();

  expect(treeOf(memory.traces[0])).toBe('search');
});

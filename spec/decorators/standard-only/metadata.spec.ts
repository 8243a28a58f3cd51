import { shutdown, TracedAgent, TracedTool, traceToLine } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Foreign } from '../../support/foreign-decorator.js';
import { recordInMemory, treeOf } from '../../support/recording.js';

/* As a program has it that brings its own, or is compiled by esbuild or Babel. */
beforeAll(() => {
  Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata'), configurable: true });
});
afterAll(() => {
  Reflect.deleteProperty(Symbol, 'metadata');
});
afterEach(shutdown);

describe('where decorators share metadata', () => {
  it('a class knows what stands under a decorator of somebody else, before there is an instance', () => {
    @TracedAgent()
    class Planner {
      readonly name: string = 'p';
      plan() {
        return this.search();
      }
      @Foreign() @TracedTool() search() {
        return 1;
      }
    }
    const memory = recordInMemory();

    Planner.prototype.search();
    new Planner().plan();

    expect(memory.traces.map(treeOf)).toEqual(['search', 'p.plan[search]']);
  });

  it('a class knows the explicit entries of the one above', () => {
    class Base {
      readonly name: string = 'b';
      @Foreign() @TracedAgent() run() {
        return 1;
      }
    }
    @TracedAgent()
    class Derived extends Base {
      override run() {
        return this.help();
      }
      help() {
        return 2;
      }
    }
    const memory = recordInMemory();

    new Derived().run();
    new Derived().help();

    expect(memory.traces.map(treeOf)).toEqual(['b.run']);
  });

  it('what one of ours hides no other shows', () => {
    class Payer {
      @TracedAgent() @Foreign() @TracedTool({ sensitive: ['card'] }) charge(card: string) {
        return card.length;
      }
    }
    const memory = recordInMemory();

    Payer.prototype.charge('canary');

    expect(memory.traces.map(treeOf)).toEqual(['Payer.charge[charge]']);
    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });
});

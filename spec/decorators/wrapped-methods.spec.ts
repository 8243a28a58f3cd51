import { shutdown, TracedAgent, TracedTool, traceToLine, Untraced } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { Foreign } from '../support/foreign-decorator.js';
import { recordInMemory, treeOf } from '../support/recording.js';

afterEach(shutdown);

describe('under a decorator of somebody else', () => {
  it('a tool is no entry of its agent', () => {
    @TracedAgent()
    class Planner {
      readonly name = 'p';
      plan() {
        return this.search();
      }
      @Foreign() @TracedTool() search() {
        return 1;
      }
    }
    const memory = recordInMemory();

    new Planner().search();
    new Planner().plan();

    expect(memory.traces.map(treeOf)).toEqual(['search', 'p.plan[search]']);
  });

  it('what is untraced stays so', () => {
    @TracedAgent()
    class Planner {
      @Foreign() @Untraced() score() {}
    }
    const memory = recordInMemory();

    new Planner().score();

    expect(memory.traces).toEqual([]);
  });

  it('an explicit entry keeps the other methods from being entries', () => {
    @TracedAgent()
    class Planner {
      readonly name = 'p';
      plan() {
        return this.search();
      }
      @Foreign() @TracedAgent() search() {
        return 1;
      }
    }
    const memory = recordInMemory();

    new Planner().plan();

    expect(memory.traces.map(treeOf)).toEqual(['p.search']);
  });

  it('a static tool does not speak for the method of the same name', () => {
    @TracedAgent()
    class Planner {
      readonly name = 'p';
      @Foreign() @TracedTool() static search() {}
      search() {}
    }
    const memory = recordInMemory();

    new Planner().search();

    expect(memory.traces.map(treeOf)).toEqual(['p.search']);
  });

  it('an override of a tool is an entry of the agent that overrides it', () => {
    class Base {
      @TracedTool() search() {
        return 1;
      }
    }
    @TracedAgent()
    class Planner extends Base {
      readonly name = 'p';
      override search() {
        return super.search();
      }
    }
    const memory = recordInMemory();

    new Planner().search();

    expect(memory.traces.map(treeOf)).toEqual(['p.search[search]']);
  });

  it('what one of ours hides no other shows', () => {
    @TracedAgent({ methods: ['pay', 'charge'] })
    class Payer {
      readonly name = 'p';
      @Foreign() @TracedTool({ sensitive: ['card'] }) pay(card: string) {
        return card.length;
      }
      @TracedAgent() @Foreign() @TracedTool({ sensitive: ['card'] }) charge(card: string) {
        return card.length;
      }
    }
    const memory = recordInMemory();
    const payer = new Payer();

    payer.pay('canary');
    payer.charge('canary');

    expect(memory.traces.map(treeOf)).toEqual(['p.pay[pay]', 'p.charge[charge]']);
    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });
});

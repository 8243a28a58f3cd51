import { shutdown, TracedAgent, TracedLLM, TracedTool, traceAgent, Untraced } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('@TracedAgent on a class', () => {
  it('names spans after the field `name` of each instance, read when the method is called', () => {
    @TracedAgent()
    class Agent {
      name = 'first';
      run() {}
    }
    const memory = recordInMemory();
    const agent = new Agent();

    agent.run();
    agent.name = 'second';
    agent.run();

    expect(memory.traces.map((trace) => trace.info.name)).toEqual(['first.run', 'second.run']);
  });

  it('names spans after the class where there is no name, also in a subclass', () => {
    @TracedAgent()
    class Base {
      run() {}
    }
    class Derived extends Base {}
    const memory = recordInMemory();

    new Base().run();
    new Derived().run();

    expect(memory.traces.map((trace) => trace.info.name)).toEqual(['Base.run', 'Derived.run']);
  });

  it('takes the name from the option, as a text or read off the instance', () => {
    @TracedAgent({ name: 'planner' })
    class Planner {
      run() {}
    }
    @TracedAgent({ name: (self: { id: number }) => `worker-${self.id}` })
    class Worker {
      id = 7;
      run() {}
    }
    const memory = recordInMemory();

    new Planner().run();
    new Worker().run();

    expect(memory.traces.map((trace) => trace.info.name)).toEqual(['planner.run', 'worker-7.run']);
  });

  it('makes AGENT spans that name their agent', () => {
    @TracedAgent()
    class Agent {
      name = 'ada';
      run(question: string) {
        return `${question}?`;
      }
    }
    const memory = recordInMemory();

    new Agent().run('why');

    const { type, inputs, outputs } = spanNamed(memory, 'ada.run');
    expect({ type, inputs, outputs }).toEqual({ type: 'AGENT', inputs: { question: 'why' }, outputs: 'why?' });
    expect(spanNamed(memory, 'ada.run').getAttribute('gen_ai.agent.name')).toBe('ada');
  });

  it('opens a span where control enters from outside, not on calls of its own', async () => {
    @TracedAgent()
    class Agent {
      name = 'a';
      async run() {
        await later();
        return this.help();
      }
      help() {
        return 1;
      }
    }
    const memory = recordInMemory();
    const agent = new Agent();

    await agent.run();
    agent.help();

    expect(memory.traces.map(treeOf)).toEqual(['a.run', 'a.help']);
  });

  it('opens a span when another agent calls back', async () => {
    @TracedAgent()
    class Agent {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      async ask(other: Agent, depth: number): Promise<number> {
        await later();
        return depth === 0 ? 0 : other.ask(this, depth - 1);
      }
    }
    const memory = recordInMemory();

    await new Agent('a').ask(new Agent('b'), 3);

    expect(memory.traces.map(treeOf)).toEqual(['a.ask[b.ask[a.ask[b.ask]]]']);
  });

  it('opens a span for itself again when a tool span lies between, only if another agent does', () => {
    @TracedAgent()
    class Agent {
      name = 'a';
      run() {
        return this.tool();
      }
      @TracedTool() tool() {
        return this.help();
      }
      help() {
        return 1;
      }
    }
    const memory = recordInMemory();

    new Agent().run();

    expect(memory.traces.map(treeOf)).toEqual(['a.run[tool]']);
  });

  it('leaves out accessors, symbols, statics, the constructor, then, toJSON, toString, _names and what is decorated otherwise', () => {
    const symbol = Symbol('method');
    @TracedAgent()
    class Agent {
      name = 'a';
      static make() {
        return new Agent();
      }
      get value() {
        return 1;
      }
      [symbol]() {}
      toJSON() {
        return 'json';
      }
      toString() {
        return 'text';
      }
      _hidden() {}
      @Untraced() quiet() {}
      @TracedTool() tool() {}
      @TracedLLM() llm() {}
      run() {}
    }
    const memory = recordInMemory();
    const agent = Agent.make();

    agent.value;
    agent[symbol]();
    JSON.stringify(agent);
    `${agent}`;
    agent._hidden();
    agent.quiet();
    agent.tool();
    agent.llm();
    agent.run();

    expect(memory.traces.map(treeOf)).toEqual(['tool', 'llm', 'a.run']);
  });

  it('with explicit entries traces only those, and also calls of its own', () => {
    @TracedAgent()
    class Agent {
      name = 'a';
      @TracedAgent() run() {
        return this.onMessages();
      }
      @TracedAgent() onMessages() {
        return this.help();
      }
      help() {
        return 1;
      }
    }
    const memory = recordInMemory();
    const agent = new Agent();

    agent.run();
    agent.help();

    expect(memory.traces.map(treeOf)).toEqual(['a.run[a.onMessages]']);
  });

  it('takes explicit entries and their labels from `methods`', () => {
    @TracedAgent({ methods: { run: 'run', onMessages: 'on_messages' } })
    class Agent {
      name = 'assistant';
      run() {
        return this.onMessages();
      }
      onMessages() {
        return 1;
      }
      other() {}
    }
    const memory = recordInMemory();
    const agent = new Agent();

    agent.run();
    agent.other();

    expect(memory.traces.map(treeOf)).toEqual(['assistant.run[assistant.on_messages]']);
  });

  it('opens one span for an override that calls super, and one for each step of a recursion', () => {
    @TracedAgent({ methods: ['run'] })
    class Base {
      name = 'a';
      run(depth: number): number {
        return depth === 0 ? 0 : this.run(depth - 1);
      }
    }
    @TracedAgent({ methods: ['run'] })
    class Derived extends Base {
      override run(depth: number): number {
        return super.run(depth);
      }
    }
    const memory = recordInMemory();

    new Derived().run(2);

    expect(memory.traces.map(treeOf)).toEqual(['a.run[a.run[a.run]]']);
  });

  it('makes the overrides of explicit entries explicit in a decorated subclass', () => {
    @TracedAgent()
    class Base {
      name = 'a';
      @TracedAgent() run() {
        return 1;
      }
    }
    @TracedAgent()
    class Derived extends Base {
      override run() {
        return this.extra();
      }
      extra() {
        return 2;
      }
    }
    const memory = recordInMemory();
    const agent = new Derived();

    agent.run();
    agent.extra();

    expect(memory.traces.map(treeOf)).toEqual(['a.run']);
  });

  it('shows agents among arguments and results as their names', () => {
    @TracedAgent()
    class Agent {
      readonly name: string;
      history = ['long'];
      constructor(name: string) {
        this.name = name;
      }
      ask(other: Agent, _more: { others: Agent[] }) {
        return other;
      }
    }
    const memory = recordInMemory();
    const [a, b] = [new Agent('a'), new Agent('b')];

    a.ask(b, { others: [a, b] });

    const { inputs, outputs } = spanNamed(memory, 'a.ask');
    expect({ inputs, outputs }).toEqual({ inputs: { other: 'b', _more: { others: ['a', 'b'] } }, outputs: 'b' });
  });

  it('keeps the agents of parallel conversations apart', async () => {
    @TracedAgent()
    class Agent {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      async run(ms: number) {
        await later(ms);
        return this.tool();
      }
      @TracedTool() tool() {
        return this.name;
      }
    }
    const memory = recordInMemory();
    const team = traceAgent(async () => Promise.all([new Agent('a').run(3), new Agent('b').run(1)]), { name: 'team' });

    await team();

    expect(memory.traces.map(treeOf)).toEqual(['team[a.run[tool] b.run[tool]]']);
  });
});

describe('@TracedAgent on a method', () => {
  it('makes the class an agent although the class itself is not decorated', () => {
    class Agent {
      name = 'solo';
      @TracedAgent() run(other: Agent | undefined) {
        return other;
      }
    }
    const memory = recordInMemory();

    new Agent().run(new Agent());

    expect(spanNamed(memory, 'solo.run').inputs).toEqual({ other: 'solo' });
  });

  it('takes the span name from the option', () => {
    class Agent {
      @TracedAgent({ name: 'planner' }) run() {}
    }
    const memory = recordInMemory();

    new Agent().run();

    expect(memory.traces.map(treeOf)).toEqual(['planner']);
  });

  it('traces static methods under the name of the class', () => {
    class Agent {
      @TracedAgent() static run() {
        return 1;
      }
    }
    const memory = recordInMemory();

    Agent.run();

    expect(memory.traces.map(treeOf)).toEqual(['Agent.run']);
  });
});

describe('a name that cannot be had', () => {
  it.each<[string, unknown]>([
    ['a callback gives undefined', () => undefined],
    ['a callback gives an empty text', () => ''],
    ['a callback gives a number', () => 5],
    ['a callback throws', fail],
    ['it is an empty text', ''],
  ])('gives way to the field `name`, then to the class: %s', (_case, name) => {
    @TracedAgent({ name: name as string })
    class Agent {
      readonly name: string | undefined;
      constructor(name?: string) {
        this.name = name;
      }
      run(_other?: Agent) {}
    }
    class Planner {
      readonly name: string | undefined;
      constructor(name?: string) {
        this.name = name;
      }
      @TracedAgent({ name: name as string }) plan() {}
    }
    const memory = recordInMemory({ onError: () => undefined });

    new Agent('Ada').run(new Agent('Bob'));
    new Agent().run();
    new Planner('Cy').plan();
    new Planner().plan();

    expect(memory.traces.map(treeOf)).toEqual(['Ada.run', 'Agent.run', 'Cy.plan', 'Planner.plan']);
    expect(memory.traces[0]?.data.spans[0]?.inputs).toEqual({ _other: 'Bob' });
  });

  it('is told to onError once', () => {
    @TracedAgent({ name: fail })
    class Agent {
      run() {}
    }
    const errors: string[] = [];
    recordInMemory({ onError: (error) => errors.push(error.message) });

    new Agent().run();
    new Agent().run();

    expect(errors).toEqual([expect.stringContaining("the 'name' callback of 'Agent': Error: no name")]);
  });

  it('is not looked for again while it is looked for', () => {
    @TracedAgent({ name: (self: { describe: () => string }) => self.describe() })
    class Agent {
      describe() {
        return 'ada';
      }
      run() {}
    }
    const memory = recordInMemory();

    new Agent().run();

    expect(memory.traces.map(treeOf)).toEqual(['ada.run']);
  });

  function fail(): never {
    throw new Error('no name');
  }
});

/** Decorators of others that put a subclass in the class's place, for both conventions. */
type AnyClass = new (...args: never[]) => object;
const mixin = ((Base: new () => object) => class extends Base {}) as never as <Class extends AnyClass>(
  agentClass: Class,
  context?: ClassDecoratorContext,
) => Class;

describe('@TracedAgent with a class decorator that returns a subclass', () => {
  it('traces the methods of the class below, under its name', () => {
    @TracedAgent()
    @mixin
    class A {
      run() {
        return this.plan();
      }
      plan() {}
    }
    @mixin
    @TracedAgent()
    class B {
      run() {}
    }
    const memory = recordInMemory();

    new A().run();
    new B().run();

    expect(memory.traces.map(treeOf)).toEqual(['A.run', 'B.run']);
  });

  it('leaves a class whose base is an agent with the entries of the base', () => {
    @TracedAgent()
    class Base {
      @TracedAgent() run() {
        this.plan();
      }
      plan() {}
    }
    @TracedAgent()
    @mixin
    class Derived extends Base {}
    const memory = recordInMemory();

    new Derived().run();
    new Derived().plan();

    expect(memory.traces.map(treeOf)).toEqual(['Derived.run']);
  });
});

describe('an entry that is called without `this`', () => {
  it('is named after its class', () => {
    @TracedAgent()
    class A {
      run() {}
    }
    class B {
      @TracedAgent() run() {}
    }
    @TracedAgent({ name: 'planner' })
    class C {
      run() {}
    }
    const memory = recordInMemory();
    const [{ run }, { run: explicit }, { run: named }] = [new A(), new B(), new C()];

    run.call(undefined as never);
    explicit.call(undefined as never);
    named.call(undefined as never);

    expect(memory.traces.map(treeOf)).toEqual(['A.run', 'B.run', 'planner.run']);
  });
});

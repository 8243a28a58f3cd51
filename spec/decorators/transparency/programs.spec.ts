import fc from 'fast-check';
import { InMemoryExporter, init, shutdown, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decorators } from '../../support/variants.js';

/** A small program: what a method does, step by step. */
type Step =
  | { readonly kind: 'return'; readonly value: unknown }
  | { readonly kind: 'throw'; readonly value: unknown }
  | { readonly kind: 'await' }
  | { readonly kind: 'yield'; readonly value: unknown }
  | {
      readonly kind: 'call';
      readonly make: Make;
      readonly body: readonly Step[];
      readonly isCaught: boolean;
      readonly take: number;
    }
  | { readonly kind: 'parallel'; readonly bodies: readonly (readonly Step[])[] };

type Make = 'sync' | 'async' | 'generator' | 'stream';

/** An interpreter of such programs whose every method is traced; what it does is written down. */
function build({ agent, tool, llm }: Decorators) {
  @agent()
  class Interpreter {
    readonly log: unknown[] = [];
    readonly name = 'interpreter';

    @tool() sync(body: readonly Step[]): unknown {
      for (const step of body) {
        if (step.kind === 'return') return step.value;
        if (step.kind === 'throw') throw step.value;
        if (step.kind === 'call' && step.make !== 'async' && step.make !== 'stream')
          this.note(() => this.callNow(step));
      }
      return undefined;
    }

    @llm() async async(body: readonly Step[]): Promise<unknown> {
      for (const step of body) {
        if (step.kind === 'return') return step.value;
        if (step.kind === 'throw') throw step.value;
        if (step.kind === 'await') await Promise.resolve();
        if (step.kind === 'call') await this.noteLater(() => this.callLater(step));
        if (step.kind === 'parallel') this.log.push(await this.all(step.bodies));
      }
      return undefined;
    }

    @tool() *generator(body: readonly Step[]): Generator<unknown, unknown> {
      try {
        for (const step of body) {
          if (step.kind === 'return') return step.value;
          if (step.kind === 'throw') throw step.value;
          if (step.kind === 'yield') this.log.push(['sent', yield step.value]);
          if (step.kind === 'call' && step.make !== 'async' && step.make !== 'stream')
            this.note(() => this.callNow(step));
        }
        return 'end';
      } finally {
        this.log.push('closed');
      }
    }

    @llm() async *stream(body: readonly Step[]): AsyncGenerator<unknown, unknown> {
      try {
        for (const step of body) {
          if (step.kind === 'return') return step.value;
          if (step.kind === 'throw') throw step.value;
          if (step.kind === 'await') await Promise.resolve();
          if (step.kind === 'yield') this.log.push(['sent', yield step.value]);
          if (step.kind === 'call') await this.noteLater(() => this.callLater(step));
        }
        return 'end';
      } finally {
        this.log.push('closed');
      }
    }

    callNow(step: Step & { kind: 'call' }): unknown {
      if (step.make === 'sync') return this.sync(step.body);
      const taken: unknown[] = [];
      for (const value of this.generator(step.body)) {
        if (taken.length === step.take) break;
        taken.push(value);
      }
      return taken;
    }

    async callLater(step: Step & { kind: 'call' }): Promise<unknown> {
      if (step.make === 'async') return this.async(step.body);
      if (step.make !== 'stream') return this.callNow(step);
      const taken: unknown[] = [];
      for await (const value of this.stream(step.body)) {
        if (taken.length === step.take) break;
        taken.push(value);
      }
      return taken;
    }

    /** Each branch has a log of its own: a derived promise settles a microtask later, so the order between branches may differ. */
    async all(bodies: readonly (readonly Step[])[]): Promise<unknown> {
      const branches = bodies.map(() => new Interpreter());
      await Promise.all(branches.map((branch, index) => branch.noteLater(() => branch.async(bodies[index] ?? []))));
      return branches.map((branch) => branch.log);
    }

    note(call: () => unknown): void {
      try {
        this.log.push(['value', call()]);
      } catch (thrown) {
        this.log.push(['thrown', thrown]);
      }
    }

    async noteLater(call: () => Promise<unknown>): Promise<void> {
      try {
        this.log.push(['value', await call()]);
      } catch (thrown) {
        this.log.push(['thrown', thrown]);
      }
    }
  }
  return new Interpreter();
}

const value = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  fc.constant(new Error('e')),
);
const { body } = fc.letrec<{ body: readonly Step[]; step: Step }>((tie) => ({
  body: fc.array(tie('step'), { maxLength: 5 }),
  step: fc.oneof(
    { depthSize: 'small' },
    fc.record({ kind: fc.constant('await' as const) }),
    fc.record({ kind: fc.constant('yield' as const), value }),
    fc.record({ kind: fc.constant('return' as const), value }),
    fc.record({ kind: fc.constant('throw' as const), value }),
    fc.record({
      kind: fc.constant('call' as const),
      make: fc.constantFrom<Make>('sync', 'async', 'generator', 'stream'),
      body: tie('body'),
      isCaught: fc.boolean(),
      take: fc.nat(3),
    }),
    fc.record({ kind: fc.constant('parallel' as const), bodies: fc.array(tie('body'), { maxLength: 3 }) }),
  ) as fc.Arbitrary<Step>,
}));

const real: Decorators = { agent: TracedAgent, tool: TracedTool, llm: TracedLLM };
const nothing = (() => () => undefined) as unknown;
const inert = { agent: nothing, tool: nothing, llm: nothing } as Decorators;

async function observe(decorators: Decorators, program: readonly Step[]): Promise<unknown> {
  const interpreter = build(decorators);
  await interpreter.noteLater(() => interpreter.async(program));
  return interpreter.log;
}

/** Printed with every run, so that a failure can be repeated: `FC_SEED=... npx vitest run programs`. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 1_000_000_007);

afterEach(async () => {
  await shutdown();
});

describe('any program', () => {
  it(`does the same traced as untraced (seed ${seed})`, async () => {
    const memory = new InMemoryExporter();
    init({ exporters: [memory], lateSpanMs: 10 });

    await fc.assert(
      fc.asyncProperty(body, async (program) => {
        expect(await observe(real, program)).toStrictEqual(await observe(inert, program));
      }),
      { seed, numRuns: 300 },
    );

    expect(memory.traces.length).toBeGreaterThanOrEqual(300);
  });

  it(`does the same disabled as untraced (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(body, async (program) => {
        expect(await observe(real, program)).toStrictEqual(await observe(inert, program));
      }),
      { seed, numRuns: 100 },
    );
  });
});

import { InMemoryExporter, init, type Span, shutdown, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';

/** The decorators a program is built with: ours, or ones that do nothing. */
export interface Decorators {
  readonly agent: typeof TracedAgent;
  readonly tool: typeof TracedTool;
  readonly llm: typeof TracedLLM;
}

const real: Decorators = { agent: TracedAgent, tool: TracedTool, llm: TracedLLM };

/** Serves both conventions: a decorator that returns nothing leaves what it stands on. */
const nothing = (() => () => undefined) as unknown;
const inert = { agent: nothing, tool: nothing, llm: nothing } as Decorators;

/**
 * Runs the same program untraced, with tracing off, and traced, and expects the same observation each time. The traced run must
 * have recorded `spans` spans, so that a case cannot pass because nothing was traced.
 */
export function indistinguishable<Program>(
  sentence: string,
  build: (decorators: Decorators) => Program,
  observe: (program: Program) => unknown,
  spans: number,
): void {
  describe(sentence, () => {
    afterEach(async () => {
      await shutdown();
    });

    it('behaves disabled as untraced', async () => {
      const untraced = await observe(build(inert));

      const disabled = await observe(build(real));

      expect(disabled).toStrictEqual(untraced);
    });

    it('behaves traced as untraced', async () => {
      const untraced = await observe(build(inert));
      const memory = new InMemoryExporter();
      init({ exporters: [memory], lateSpanMs: 20 });

      const traced = await observe(build(real));

      expect(traced).toStrictEqual(untraced);
      await shutdown();
      expect(memory.traces.flatMap((trace): readonly Span[] => trace.data.spans)).toHaveLength(spans);
    });
  });
}

/** What a call came to: its value, or what it threw. */
export function outcomeOf(call: () => unknown): { value: unknown } | { thrown: unknown } {
  try {
    return { value: call() };
  } catch (thrown) {
    return { thrown };
  }
}

/** What a promise came to. */
export async function settlementOf(promise: PromiseLike<unknown>): Promise<{ value: unknown } | { thrown: unknown }> {
  try {
    return { value: await promise };
  } catch (thrown) {
    return { thrown };
  }
}

import fc from 'fast-check';
import {
  type Conversation,
  conversationOf,
  getCurrentSpan,
  shutdown,
  type TokenUsage,
  type Trace,
  traceAgent,
  traceLLM,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { addTokenUsage } from '../../lib/usage/sum-token-usage.js';
import { later, recordInMemory } from '../support/recording.js';

afterEach(shutdown);

/** What a program does: a call of an agent, a model or a tool, which makes others, one after the other or side by side. */
interface Step {
  readonly kind: 'agent' | 'llm' | 'tool';
  readonly name: string;
  readonly usage: TokenUsage | undefined;
  readonly steps: readonly Step[];
  readonly isParallel: boolean;
  readonly fails: boolean;
}

const count = fc.nat(1000);
const usage: fc.Arbitrary<TokenUsage> = fc.record(
  {
    inputTokens: count,
    outputTokens: count,
    totalTokens: count,
    cacheReadInputTokens: count,
    cacheCreationInputTokens: count,
    reasoningTokens: count,
  },
  { requiredKeys: ['inputTokens', 'outputTokens', 'totalTokens'] },
);
const { step } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'steps' }),
  step: fc.record({
    kind: fc.constantFrom('agent', 'llm', 'tool'),
    name: fc.constantFrom('Ada', 'Bob', 'Cleo'),
    usage: fc.option(usage, { nil: undefined }),
    steps: fc.oneof({ depthIdentifier: 'steps', maxDepth: 4 }, fc.constant([]), tie('steps')),
    isParallel: fc.boolean(),
    fails: fc.boolean(),
  }),
}));

const twins = { agent: traceAgent, llm: traceLLM, tool: traceTool };

/** Does the steps for real, traced; a failure is handled by whoever called, as a retry would. */
async function perform({ kind, name, usage: spent, steps, isParallel, fails }: Step): Promise<void> {
  const body = async (): Promise<void> => {
    if (spent !== undefined) getCurrentSpan()?.setTokenUsage(spent);
    if (isParallel) await Promise.all(steps.map(perform));
    else for (const step of steps) await perform(step);
    if (fails) throw new Error('failed');
  };
  await twins[kind](body, { name })().catch(() => undefined);
}

function totalOf(usages: readonly (TokenUsage | undefined)[]): TokenUsage | undefined {
  return usages.reduce((sum, one) => (sum && one ? addTokenUsage(sum, one) : (sum ?? one)), undefined);
}

function sums({ matrix, turns, agents }: Conversation): Record<string, TokenUsage | undefined> {
  const outside = matrix.columns.filter(({ turn }) => turn === undefined).map(({ usage: spent }) => spent);
  return {
    total: matrix.total,
    rows: totalOf(matrix.rows.map((row) => row.usage)),
    columns: totalOf(matrix.columns.map((column) => column.usage)),
    cells: totalOf(matrix.rows.flatMap(({ cells }) => [...cells.values()])),
    turns: totalOf([...turns.map((turn) => turn.usage), ...outside]),
    agents: totalOf(agents.map((agent) => agent.usage)),
  };
}

describe('the matrix of agents and turns', () => {
  it('has rows, columns, cells, turns and agents that each sum to the total of the trace', async () => {
    const memory = recordInMemory();

    await fc.assert(
      fc.asyncProperty(step, async (root) => {
        await perform(root);
        const trace = memory.traces.at(-1) as Trace;
        memory.clear();
        const total = trace.info.tokenUsage;
        expect(sums(conversationOf(trace))).toEqual({
          total,
          rows: total,
          columns: total,
          cells: total,
          turns: total,
          agents: total,
        });
      }),
      { numRuns: 200 },
    );
  });

  it('counts a total that an agent reports once, and in the turn of that agent', async () => {
    const memory = recordInMemory();
    const think = traceLLM(async () => ({ usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } }));
    const helper = traceAgent(think, { name: 'Helper' });
    const lead = traceAgent(
      async () => {
        await Promise.all([helper(), helper(), later()]);
        getCurrentSpan()?.setTokenUsage({ inputTokens: 10, outputTokens: 2 });
      },
      { name: 'Lead' },
    );

    await lead();

    const { matrix } = conversationOf(memory.traces[0] as Trace);
    expect(matrix.rows.map(({ agent, usage: spent }) => [agent, spent?.totalTokens])).toEqual([
      ['Lead', 12],
      ['Helper', undefined],
    ]);
  });
});

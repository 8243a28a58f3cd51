import {
  BudgetExceededError,
  getBudgetSignal,
  shutdown,
  TracedAgent,
  TracedConversation,
  TracedLLM,
  TracedTool,
  traceAgent,
  traceLLM,
  traceTool,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory } from '../support/recording.js';

afterEach(shutdown);

const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 };

class Worker {
  readonly done: string[] = [];

  @TracedLLM() async think() {
    this.done.push('think');
    return { usage };
  }

  @TracedLLM() async *speak() {
    this.done.push('speak');
    yield { usage };
  }

  @TracedTool() look() {
    this.done.push('look');
  }

  @TracedAgent({ budget: { llmCalls: 2 } }) async thinkTwice() {
    for (let step = 0; step < 5; step += 1) await this.think();
  }

  @TracedAgent({ budget: { tokens: 150 } }) async spend() {
    for (let step = 0; step < 5; step += 1) await this.think();
  }

  @TracedAgent({ budget: { toolCalls: 1 } }) async search() {
    this.look();
    this.look();
  }

  @TracedAgent({ budget: { ms: 5 } }) async dawdle() {
    await later(20);
    await this.think();
  }

  @TracedAgent({ budget: { llmCalls: 100, tokens: 250 } }) async outer() {
    await this.spend().catch(() => undefined);
    await this.think();
    await this.think();
  }

  @TracedAgent({ budget: { tokens: 100 } }) async talk() {
    for await (const _chunk of this.speak());
    for await (const _chunk of this.speak());
  }

  @TracedAgent({ budget: { tokens: 100 } }) async listen() {
    const signal = getBudgetSignal();
    const before = signal?.aborted;
    await this.think();
    return { before, after: signal?.aborted, reason: signal?.reason as unknown };
  }
}

async function thinkOnAndOn(worker: Worker): Promise<void> {
  for (let step = 0; step < 5; step += 1) await worker.think();
}

@TracedAgent({ budget: { llmCalls: 1 } })
class Careful {
  readonly worker: Worker;

  constructor(worker: Worker) {
    this.worker = worker;
  }

  async explicit() {
    await thinkOnAndOn(this.worker);
  }
}

@TracedAgent({ budget: { llmCalls: 1 } })
class Thrifty {
  readonly worker: Worker;

  constructor(worker: Worker) {
    this.worker = worker;
  }

  @TracedAgent() async explicit() {
    await thinkOnAndOn(this.worker);
  }

  @TracedAgent({ budget: { llmCalls: 3 } }) async ownBudget() {
    await thinkOnAndOn(this.worker);
  }

  @TracedConversation() async conversation() {
    await thinkOnAndOn(this.worker);
  }
}

describe('a budget', () => {
  it.each([
    ['of LLM calls', 'thinkTwice', ['think', 'think'], { kind: 'llmCalls', limit: 2, used: 2 }],
    ['of tokens', 'spend', ['think', 'think'], { kind: 'tokens', limit: 150, used: 200 }],
    ['of tool calls', 'search', ['look'], { kind: 'toolCalls', limit: 1, used: 1 }],
    ['that the tokens of a stream use up', 'talk', ['speak'], { kind: 'tokens', limit: 100, used: 100 }],
  ] as const)('%s refuses what goes beyond it, and the trace tells', async (_case, method, done, facts) => {
    const memory = recordInMemory();
    const worker = new Worker();

    const error: unknown = await worker[method]().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(BudgetExceededError);
    expect(error).toMatchObject({ ...facts, agent: `Worker.${method}` });
    expect(worker.done).toEqual(done);
    const spans = memory.traces[0]?.data.spans ?? [];
    expect(spans[0]?.getAttribute('traced_agents.budget.exceeded')).toBe(facts.kind);
    expect(spans.at(-1)?.status.message).toContain('BudgetExceededError: The budget of ');
  });

  it('of time', async () => {
    recordInMemory();
    const worker = new Worker();

    await expect(worker.dawdle()).rejects.toMatchObject({ kind: 'ms', limit: 5 });
    expect(worker.done).toEqual([]);
  });

  it('inside another: the tightest counts, and each sees what was used in it', async () => {
    recordInMemory();
    const worker = new Worker();

    await expect(worker.outer()).rejects.toMatchObject({ agent: 'Worker.outer', kind: 'tokens', used: 300 });
    expect(worker.done).toEqual(['think', 'think', 'think']);
  });

  it('fires a signal when it is used up', async () => {
    recordInMemory();

    const { before, after, reason } = await new Worker().listen();

    expect([before, after]).toEqual([false, true]);
    expect(reason).toBeInstanceOf(BudgetExceededError);
    expect(getBudgetSignal()).toBeUndefined();
  });

  it('holds in traces that are not kept, too, and not while tracing is off', async () => {
    recordInMemory({ sampleRatio: 0 });
    await expect(new Worker().spend()).rejects.toBeInstanceOf(BudgetExceededError);

    await shutdown();
    await expect(new Worker().spend()).resolves.toBeUndefined();
  });

  it.each(['implicit', 'explicit', 'ownBudget', 'conversation'] as const)(
    'of a class holds for each call that enters the agent: %s',
    async (entry) => {
      recordInMemory();
      const worker = entry === 'implicit' ? new Careful(new Worker()) : new Thrifty(new Worker());

      const refusal: unknown = await (worker as Thrifty)
        [entry === 'implicit' ? 'explicit' : entry]()
        .catch((thrown: unknown) => thrown);

      expect(refusal).toBeInstanceOf(BudgetExceededError);
      expect(worker.worker.done).toHaveLength(entry === 'ownBudget' ? 3 : 1);
    },
  );

  it('counts a call of a model and a wrapper around it as one, and what the wrapper tries again as more', async () => {
    const memory = recordInMemory();
    const llm = traceLLM(async () => ({ usage }));
    const wrapped = traceLLM(() => llm(), { name: 'wrapped' });
    const retried = traceLLM(async () => [await llm(), await llm()][1], { name: 'retried' });
    const used = async (fn: () => Promise<unknown>) => {
      const signals = { tokens: 150, llmCalls: 2 };
      const agent = traceAgent(fn, { budget: signals });
      return agent().then(
        () => 'within',
        ({ kind, used }: BudgetExceededError) => `${used} ${kind}`,
      );
    };

    expect(await used(wrapped)).toBe('within');
    expect(memory.traces[0]?.info.tokenUsage?.totalTokens).toBe(100);
    expect(await used(async () => [await wrapped(), await wrapped(), await wrapped()])).toBe('200 tokens');
    expect(await used(async () => [await retried(), await wrapped()])).toBe('200 tokens');
  });

  it('refuses in the form that the function has', async () => {
    recordInMemory();
    const ask = traceTool(() => Promise.resolve(1));
    const think = traceLLM(() => Promise.resolve({ usage }));
    const count = traceTool(() => 1);
    const agent = traceAgent(
      async () => {
        await ask();
        count();
        const thrown = () => 'thrown';
        const sync = (() => {
          try {
            return count();
          } catch {
            return thrown();
          }
        })();
        return [await ask().catch(() => 'rejected'), await think().catch(() => 'rejected'), sync];
      },
      { budget: { toolCalls: 2 } },
    );

    await expect(agent()).resolves.toEqual(['rejected', 'rejected', 'thrown']);
  });

  it('holds for spans that are made by hand', async () => {
    recordInMemory();
    const think = () => withSpan({ name: 'think', type: 'LLM' }, async () => ({ usage }));
    const agent = traceAgent(async () => [await think(), await think()], { budget: { tokens: 100 } });

    await expect(agent()).rejects.toMatchObject({ kind: 'tokens', used: 100 });
  });

  it('is checked when it is given', () => {
    expect(() => traceAgent(() => 1, { budget: { token: 5 } as object })).toThrow(
      "The option 'budget' of traceAgent() must be an object of tokens, llmCalls, toolCalls or ms, each a number above 0",
    );
  });
});

import {
  getLastActiveTraceId,
  init,
  shutdown,
  TracedAgent,
  TracedLLM,
  TracedTool,
  type TracingError,
  withSession,
} from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pages } from '../support/chromium.js';
import { type MlflowServer, startMlflow } from '../support/mlflow-server.js';
import { noPages, patience, rowOf, showColumns, spanLines, spanText, startPages, tracesPath } from './mlflow-pages.js';

if (noPages !== undefined) console.log(`Skipped: ${noPages}`);

@TracedAgent()
class Mathematician {
  readonly name = 'mathematician';

  async divide(dividend: number, divisor: number): Promise<string> {
    const { choices } = await this.think(`What is ${dividend} / ${divisor}?`);
    return `${choices[0].message.content} ${this.calculate(dividend, divisor)}`;
  }

  @TracedLLM({ provider: 'openai' })
  private async think(question: string) {
    return {
      model: 'gpt-4o-mini',
      choices: [{ message: { role: 'assistant', content: `You ask "${question}":` } }] as const,
      usage: { prompt_tokens: 600, completion_tokens: 17, total_tokens: 617 },
    };
  }

  @TracedTool()
  private calculate(dividend: number, divisor: number): number {
    if (divisor === 0) throw new RangeError('Nobody divides by zero');
    return dividend / divisor;
  }
}

@TracedAgent()
class Examiner {
  readonly name = 'examiner';

  async examine(subject: string): Promise<string> {
    const mathematician = new Mathematician();
    const answer = await mathematician.divide(84, 2);
    await mathematician.divide(1, 0).catch(() => undefined);
    return `${subject}: ${answer}`;
  }
}

describe.skipIf(noPages !== undefined)("a trace in MLflow's own pages", () => {
  const errors: TracingError[] = [];
  let server: MlflowServer;
  let pages: Pages;
  let traceId: string;

  beforeAll(async () => {
    server = await startMlflow();
    pages = await startPages();
    init({ exporters: [], trackingUri: server.url, onError: (error) => errors.push(error) });
    await withSession({ session: 'friday-42', user: 'ada' }, () => new Examiner().examine('Division'));
    traceId = getLastActiveTraceId() ?? '';
    await shutdown();
  });

  afterAll(async () => {
    await pages?.close();
    await server?.stop();
  });

  it('is a row of the list: name, session, user, input, output, state and tokens', async () => {
    await pages.visit(server.url + tracesPath('0'), async (page) => {
      await showColumns(page, ['Trace name', 'Session', 'User']);

      expect(errors).toEqual([]);
      await expect
        .poll(() => rowOf(page, `trace ${traceId}`), patience)
        .toMatchObject({
          'Trace name': 'examiner.examine',
          Session: 'friday-42',
          User: 'ada',
          Input: '{"subject":"Division"}',
          Output: '"Division: You ask \\"What is 84 / 2?\\": 42"',
          State: 'OK',
          Tokens: '1234',
        });
    });
  });

  it('is a tree: agents, calls of the model and tools, in order', async () => {
    await pages.visit(server.url + tracesPath('0', traceId), async (page) => {
      const names = ['examiner.examine', 'mathematician.divide', 'think', 'calculate'];

      await expect
        .poll(() => spanLines(page, names), patience)
        .toEqual([
          'examiner.examine',
          '  mathematician.divide',
          '    think',
          '    calculate',
          '  mathematician.divide',
          '    think',
          '    calculate',
        ]);
    });
  });

  it('tells what went into a span and what came out', async () => {
    await pages.visit(server.url + tracesPath('0', traceId), async (page) => {
      const textOf = (name: string) => spanText(page, name, { tab: 'Inputs / Outputs' });
      const messages = /Inputs.*question\n+What is 84 \/ 2\?\n.*Outputs.*Assistant\n+You ask "What is 84 \/ 2\?":/s;
      const usage = /prompt_tokens: 600\s+completion_tokens: 17\s+total_tokens: 617/;
      const numbers = /Inputs.*dividend\n+84\n+divisor\n+2\n.*Outputs.*\n42$/s;

      await expect.poll(() => textOf('think'), patience).toMatch(messages);
      await expect.poll(() => textOf('think'), patience).toMatch(usage);
      await expect.poll(() => textOf('calculate'), patience).toMatch(numbers);
    });
  });

  it('tells of what failed: kind, message and stack', async () => {
    await pages.visit(server.url + tracesPath('0', traceId), async (page) => {
      const event = () => spanText(page, 'calculate', { nth: 1, tab: 'Events' });
      const message = /exception\.type.*RangeError.*exception\.message.*Nobody divides by zero/s;
      const stack = /exception\.stacktrace.*at Mathematician\.calculate \(.*mlflow-ui\.spec\.ts/s;

      await expect.poll(event, patience).toMatch(message);
      await expect.poll(event, patience).toMatch(stack);
    });
  });

  it('is counted in its session', async () => {
    await pages.visit(`${server.url}${tracesPath('0')}?groupBy=session`, async (page) => {
      await expect
        .poll(() => rowOf(page, 'session friday-42'), patience)
        .toMatchObject({
          Session: 'friday-42',
          Input: '{"subject":"Division"}',
          State: 'OK',
          Tokens: '1234',
        });
    });
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { InMemoryExporter, init, shutdown, Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculator, calculatorSchema } from '../../samples/ag2/calculator.js';
import { ConversableAgent } from '../../samples/ag2/conversable-agent.js';
import { startScriptedModel } from '../../samples/ag2/scripted-model.js';
import type { ScriptedOpenAI } from '../../samples/support/scripted-openai.js';
import { treeOf } from '../support/recording.js';

const question = 'What is (44231 + 13312 / (230 - 20)) * 4?';

async function chat(model: ScriptedOpenAI, calculate: (a: number, b: number, operator: string) => number) {
  const client = new OpenAI({ baseURL: model.url, apiKey: 'none', maxRetries: 0 });
  const assistant = new ConversableAgent({
    name: 'Assistant',
    llmConfig: { client, model: 'gpt-4o-mini' },
    humanInputMode: 'NEVER',
  });
  const toolAgent = new ConversableAgent({
    name: 'Tool Agent',
    llmConfig: false,
    isTerminationMessage: ({ content }) => typeof content === 'string' && content.includes('TERMINATE'),
    humanInputMode: 'NEVER',
  });
  assistant.registerForLlm('calculator', 'A simple calculator', calculatorSchema);
  toolAgent.registerForExecution('calculator', ['a', 'b', 'operator'], calculate);
  return toolAgent.initiateChat(assistant, question);
}

afterEach(async () => {
  await shutdown();
});

describe('samples/ag2', () => {
  it('runs without a key: answers, prints the tokens, and leaves the trace on disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'traced-agents-'));
    const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...env } = process.env;

    const { stdout, stderr } = await promisify(execFile)(process.execPath, [resolve('dist-samples/ag2/main.js')], {
      cwd: folder,
      env,
    });

    const [line = '', ...rest] = (await readFile(join(folder, 'traces.jsonl'), 'utf8')).trim().split('\n');
    await rm(folder, { recursive: true });
    const trace = Trace.fromJSON(line);
    expect(rest).toEqual([]);
    expect(stdout).toContain('is 177176.');
    expect(stdout).toContain(`totalTokens: ${trace.info.tokenUsage?.totalTokens}`);
    expect(stderr).toContain('tool calculator');
    expect(treeOf(trace)).toBe(
      'Tool Agent.initiate_chat[' +
        'Assistant.generate_reply[chat_completion] Tool Agent.generate_reply[calculator] '.repeat(4) +
        'Assistant.generate_reply[chat_completion]]',
    );
  });

  it('sums just the tokens that the model reported', async () => {
    const memory = new InMemoryExporter();
    init({ exporters: [memory] });
    const model = await startScriptedModel();

    await chat(model, calculator);

    await model.close();
    const sum = (count: (usage: (typeof model.usages)[number]) => number) =>
      model.usages.reduce((total, usage) => total + count(usage), 0);
    expect(model.usages).toHaveLength(5);
    expect(memory.traces[0]?.info.tokenUsage).toEqual({
      inputTokens: sum((usage) => usage.prompt_tokens),
      outputTokens: sum((usage) => usage.completion_tokens),
      totalTokens: sum((usage) => usage.total_tokens),
      cacheReadInputTokens: sum((usage) => usage.prompt_tokens_details.cached_tokens),
    });
  });

  it('gives the answer that the tools gave, right or wrong', async () => {
    const model = await startScriptedModel();

    const { summary } = await chat(model, () => 7);

    await model.close();
    expect(summary).toBe('The result of (44231 + 13312 / (230 - 20)) * 4 is 7.');
  });

  it('tells the model of a tool that fails, and shows it in the trace', async () => {
    const memory = new InMemoryExporter();
    init({ exporters: [memory] });
    const model = await startScriptedModel();

    const { chatHistory } = await chat(model, (a, b) => calculator(a, b, '%'));

    await model.close();
    const tools = memory.traces[0]?.data.spans.filter((span) => span.type === 'TOOL') ?? [];
    expect(chatHistory[2]).toMatchObject({ role: 'tool', content: 'Error: Invalid operator' });
    expect(tools.map((span) => span.status)).toEqual(
      tools.map(() => ({ code: 'ERROR', message: 'Error: Invalid operator' })),
    );
    expect(memory.traces[0]?.info.state).toBe('OK');
  });
});

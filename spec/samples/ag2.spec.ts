import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import type { TokenUsage, Trace } from 'traced-agents';
import { shutdown } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculatorTool } from '../../samples/ag2/calculator.js';
import { ConversableAgent, type Tool } from '../../samples/ag2/conversable-agent.js';
import { question, startScriptedModel } from '../../samples/ag2/scripted-model.js';
import type { ScriptedOpenAI, Usage } from '../../samples/support/scripted-openai.js';
import { parseMermaid } from '../support/mermaid.js';
import { recordInMemory, treeOf } from '../support/recording.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { runSample } from './run-sample.js';

const newFolder = temporaryFolders();
let model: ScriptedOpenAI | undefined;

/** The demo's two agents, with a tool of the spec's choice. */
function agents(
  url: string,
  tool: Tool = calculatorTool,
): { assistant: ConversableAgent; toolAgent: ConversableAgent } {
  const client = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  const llmConfig = { client, model: 'gpt-4o-mini' };
  const assistant = new ConversableAgent({ name: 'Assistant', llmConfig, humanInputMode: 'NEVER' });
  const toolAgent = new ConversableAgent({
    name: 'Tool Agent',
    llmConfig: false,
    isTerminationMessage: ({ content }) => typeof content === 'string' && content.includes('TERMINATE'),
    humanInputMode: 'NEVER',
  });
  assistant.registerForLlm(tool);
  toolAgent.registerForExecution(tool);
  return { assistant, toolAgent };
}

/** What the model said that it has used, all in all. */
function sumOf(usages: readonly Usage[]): TokenUsage {
  const sum = (count: (usage: Usage) => number) => usages.reduce((total, usage) => total + count(usage), 0);
  return {
    inputTokens: sum((usage) => usage.prompt_tokens),
    outputTokens: sum((usage) => usage.completion_tokens),
    totalTokens: sum((usage) => usage.total_tokens),
    cacheReadInputTokens: sum((usage) => usage.prompt_tokens_details.cached_tokens),
  };
}

function cellsOf(row: string, separator: string): string[] {
  return row.split(separator).map((cell) => cell.trim());
}

function toolSpans(trace: Trace | undefined): unknown[] {
  const spans = trace?.data.spans.filter((span) => span.type === 'TOOL') ?? [];
  return spans.map(({ name, inputs, outputs, status }) => ({ name, inputs, outputs, status: status.code }));
}

afterEach(async () => {
  await model?.close();
  await shutdown();
});

describe('samples/ag2', () => {
  it('runs without a key: answers, prints the tree and the tokens, and leaves the trace on disk', async () => {
    const { stdout, stderr, traces } = await runSample('ag2', newFolder());

    expect(stdout).toContain('The result of (44231 + 13312 / (230 - 20)) * 4 is 177176.\n');
    expect(stdout).toContain(`totalTokens: ${traces[0]?.info.tokenUsage?.totalTokens}`);
    expect(stdout.match(/^chat_completion: \{$/gm)).toHaveLength(5);
    expect(stderr).toContain('└─ tool calculator');
    expect(traces.map(treeOf)).toEqual([
      `initiate_chat[${'Assistant[chat_completion] Tool Agent[calculator] '.repeat(4)}Assistant[chat_completion]]`,
    ]);
  });

  it('prints the agents and the diagram that the README shows', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const { stdout } = await runSample('ag2', newFolder());

    const rows = [...readme.matchAll(/^\| (Assistant|Tool Agent) +\|.*$/gm)].map(([row]) => cellsOf(row, '|'));
    expect(rows).toHaveLength(2);
    expect([...stdout.matchAll(/^│ (Assistant|Tool Agent) +│.*$/gm)].map(([row]) => cellsOf(row, '│'))).toEqual(rows);
    const diagram = /```mermaid\n([^`]*)```/.exec(readme)?.[1];
    expect(stdout).toContain(diagram);
    const { participants, lines } = await parseMermaid(diagram ?? '');
    expect(participants).toEqual(['Tool Agent', 'Assistant']);
    expect(lines).toHaveLength(14);
  });

  it('asks the model of the environment where there is a key, and sums just the tokens that it reports', async () => {
    model = await startScriptedModel();

    const { stdout, traces } = await runSample('ag2', newFolder(), {
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: model.url,
    });

    const cached = model.usages.map((usage) => usage.prompt_tokens_details.cached_tokens);
    expect(cached).toEqual([0, 128, 192, 192, 256]);
    expect(traces.map((trace) => ({ ...trace.info.tokenUsage }))).toEqual([sumOf(model.usages)]);
    expect(stdout).toContain(`inputTokens: ${sumOf(model.usages).inputTokens}`);
  });

  it('shows each call of the tool with its arguments by name', async () => {
    model = await startScriptedModel();
    const { assistant, toolAgent } = agents(model.url);
    const memory = recordInMemory();

    await toolAgent.initiateChat(assistant, question);

    expect(toolSpans(memory.traces[0])).toEqual([
      { name: 'calculator', inputs: { a: 230, b: 20, operator: '-' }, outputs: 210, status: 'OK' },
      { name: 'calculator', inputs: { a: 13312, b: 210, operator: '/' }, outputs: 63, status: 'OK' },
      { name: 'calculator', inputs: { a: 44231, b: 63, operator: '+' }, outputs: 44294, status: 'OK' },
      { name: 'calculator', inputs: { a: 44294, b: 4, operator: '*' }, outputs: 177176, status: 'OK' },
    ]);
  });

  it('gives the answer that the tools gave, right or wrong', async () => {
    model = await startScriptedModel();
    const { assistant, toolAgent } = agents(model.url, { ...calculatorTool, run: () => 7 });

    const { summary, chatHistory } = await toolAgent.initiateChat(assistant, question);

    expect(summary).toBe('The result of (44231 + 13312 / (230 - 20)) * 4 is 7.');
    expect(chatHistory.map(({ role }) => role).join(' ')).toBe(
      'assistant assistant tool assistant tool assistant tool assistant tool user',
    );
  });

  it('tells the model of a tool that fails, and shows it in the trace', async () => {
    model = await startScriptedModel();
    const run = (a: number, b: number) => calculatorTool.run(...([a, b, '%'] as never[])); // a tool takes anything
    const { assistant, toolAgent } = agents(model.url, { ...calculatorTool, run });
    const memory = recordInMemory();

    const { chatHistory } = await toolAgent.initiateChat(assistant, question);

    expect(chatHistory[2]).toMatchObject({ role: 'tool', content: 'Error: Invalid operator' });
    expect(memory.traces[0]?.info.state).toBe('OK');
    expect(memory.traces[0]?.data.spans.find((span) => span.type === 'TOOL')?.status).toEqual({
      code: 'ERROR',
      message: 'Error: Invalid operator',
    });
  });

  it('ends after as many turns as are allowed', async () => {
    model = await startScriptedModel();
    const { assistant, toolAgent } = agents(model.url);

    const { chatHistory } = await toolAgent.initiateChat(assistant, question, { maxTurns: 2 });

    expect(chatHistory.map(({ role }) => role)).toEqual(['assistant', 'assistant', 'tool', 'assistant']);
  });

  it('says what to do when the scripted model is asked something else', async () => {
    model = await startScriptedModel();
    const { assistant, toolAgent } = agents(model.url);

    const chat = toolAgent.initiateChat(assistant, 'What is 1 + 1?');

    await expect(chat).rejects.toThrow(/can answer "What is .*" alone\. Set OPENAI_API_KEY to ask others\./);
  });
});

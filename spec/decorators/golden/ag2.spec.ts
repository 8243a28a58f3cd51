import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { disable, type Span, shutdown, Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculatorTool } from '../../../samples/ag2/calculator.js';
import { type ChatOptions, ConversableAgent } from '../../../samples/ag2/conversable-agent.js';
import { type Reply, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { recordInMemory, treeOf } from '../../support/recording.js';

/*
 * The same conversations as Python's AG2 held them under `mlflow.ag2.autolog()`: the model says again what it said then, and the
 * trees are compared, without ids, times and addresses. Where we differ it is on purpose:
 *
 * | in Python                                     | here                                          | why                                            |
 * | --------------------------------------------- | --------------------------------------------- | ---------------------------------------------- |
 * | the conversation's type is UNKNOWN            | WORKFLOW                                      | it is one                                      |
 * | a tool's result is a text                     | what the function returned                    | 210 is no "210"                                |
 * | a failed LLM call is OK, its output the error | ERROR, with the exception                     | it failed                                      |
 * | inputs are AG2's arguments                    | the sample's                                  | the agents are the user's own                  |
 * | usage and cost of AG2                         | the usage that the answer reports             | the scripted model counts by itself            |
 */

interface Node {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly said: unknown;
  readonly children: readonly Node[];
}

afterEach(shutdown);

function goldenTrace(name: string): Trace {
  return Trace.fromJSON(readFileSync(new URL(`../../golden/ag2_${name}.json`, import.meta.url), 'utf8'));
}

/** The answers of the model in a recorded trace, in their order. */
function answersIn(trace: Trace): Reply[] {
  const answers = trace.data.spans.filter(({ type }) => type === 'LLM').map(({ outputs }) => outputs);
  return answers.map((answer): Reply => {
    if (typeof answer === 'string')
      return { error: { status: 400, message: 'scripted failure', code: 'invalid_value' } };
    const { content, tool_calls } = (answer as OpenAI.Chat.ChatCompletion).choices[0]?.message ?? {};
    if (tool_calls == null) return { content: content ?? '' };
    const toolCalls = tool_calls.map((call) => call as OpenAI.Chat.ChatCompletionMessageFunctionToolCall);
    return {
      toolCalls: toolCalls.map((call) => ({
        name: call.function.name,
        arguments: JSON.parse(call.function.arguments) as object,
      })),
    };
  });
}

async function hold(golden: Trace, message: string, options: ChatOptions = {}): Promise<Trace | undefined> {
  const model = await ScriptedOpenAI.start(answersIn(golden));
  const client = new OpenAI({ baseURL: model.url, apiKey: 'none', maxRetries: 0 });
  const llmConfig = { client, model: 'gpt-4o-mini' };
  const assistant = new ConversableAgent({ name: 'Assistant', llmConfig, humanInputMode: 'NEVER' });
  const toolAgent = new ConversableAgent({
    name: 'Tool Agent',
    llmConfig: false,
    isTerminationMessage: ({ content }) => typeof content === 'string' && content.includes('TERMINATE'),
    humanInputMode: 'NEVER',
  });
  assistant.registerForLlm(calculatorTool);
  toolAgent.registerForExecution(calculatorTool);
  const memory = recordInMemory();
  await toolAgent.initiateChat(assistant, message, options).catch(() => undefined);
  await model.close();
  return memory.traces[0];
}

/** The tree of a trace, with what both sides agree on. */
function treeNodes(trace: Trace | undefined): readonly Node[] {
  const spans = trace?.data.spans ?? [];
  const nodesUnder = (parentId: string | undefined): Node[] =>
    spans
      .filter((span) => span.parentId === parentId)
      .map((span) => ({
        name: span.name,
        type: span.parentId === undefined ? 'conversation' : span.type,
        status: span.type === 'LLM' ? 'any' : span.status.code,
        said: saidIn(span),
        children: nodesUnder(span.spanId),
      }));
  return nodesUnder(undefined);
}

function saidIn({ type, inputs, outputs, parentId }: Span): unknown {
  if (parentId === undefined) {
    const { recipient, message } = inputs as Record<string, unknown>;
    return { recipient, message };
  }
  if (type === 'AGENT') return { before: wordsOf(inputs), now: wordsOf(outputs) };
  if (type === 'TOOL') return { inputs, outputs: outputs === undefined ? undefined : String(outputs) };
  return { roles: rolesOf(inputs) };
}

/** What an agent said to another, without ids and fields that carry nothing. */
function wordsOf(said: unknown): unknown {
  const { message, sender, valid } = said as Record<string, unknown>;
  if (typeof message !== 'object' || message === null) return { message, sender, valid };
  const { role, content, tool_calls, tool_responses } = message as Record<string, unknown[] | unknown>;
  const calls = (tool_calls as OpenAI.Chat.ChatCompletionMessageFunctionToolCall[] | undefined)?.map((call) => [
    call.function.name,
    JSON.parse(call.function.arguments),
  ]);
  const responses = (tool_responses as { content: string }[] | undefined)?.map((response) => response.content);
  return { role, content, calls, responses, sender, valid };
}

function rolesOf(inputs: unknown): string {
  const { messages } = inputs as { messages: { role: string }[] };
  return messages
    .map(({ role }) => role)
    .filter((role) => role !== 'system')
    .join(' ');
}

describe('conversations as AG2 has them', () => {
  it.each([
    ['two_agent', 'What is (44231 + 13312 / (230 - 20)) * 4?', {}, 19],
    ['tool_error', 'What is 7 % 3?', {}, 7],
    ['llm_error_400', '[[fail:400]] What is (44231 + 13312 / (230 - 20)) * 4?', {}, 2],
    ['parallel_tools', 'What is (1 + 2) * (3 + 4)? Do it in parallel.', {}, 12],
    ['reflection_summary', 'What is 7 + 5?', { summaryMethod: 'reflection_with_llm' }, 8],
  ] as const)('%s', async (name, message, options, spans) => {
    const golden = goldenTrace(name);

    const trace = await hold(golden, message, options);

    expect(trace?.data.spans).toHaveLength(spans);
    expect(treeOf(trace)).toBe(treeOf(golden));
    expect(treeNodes(trace)).toEqual(treeNodes(golden));
  });

  it('a failed LLM call is an error, and so is the conversation', async () => {
    const trace = await hold(goldenTrace('llm_error_400'), 'x');

    expect(trace?.info.state).toBe('ERROR');
    expect(trace?.data.spans.map(({ status }) => status.code)).toEqual(['ERROR', 'ERROR']);
  });

  it('no trace is made while tracing is off', async () => {
    const memory = recordInMemory();
    disable();
    const agent = new ConversableAgent({ name: 'A', llmConfig: false, humanInputMode: 'NEVER' });

    await agent.initiateChat(new ConversableAgent({ name: 'B', llmConfig: false, humanInputMode: 'NEVER' }), 'Hello');

    expect(memory.traces).toEqual([]);
  });
});

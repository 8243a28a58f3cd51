import OpenAI from 'openai';
import { disable, type Span, shutdown, type Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculatorTool } from '../../../samples/ag2/calculator.js';
import { type ChatOptions, ConversableAgent, type Tool } from '../../../samples/ag2/conversable-agent.js';
import { type Reply, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { firstRequestIn, goldenTrace, numberCalls, tokensOf } from '../../support/golden.js';
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
 * | messages name their speaker in `name`         | they do not                                   | OpenAI refuses names with a space              |
 * | the summary's request offers the tools        | it does not                                   | nobody would execute them there                |
 * | a summary keeps the blank before TERMINATE    | it ends before that, in either method         | it is for people to read                       |
 * | the result has an id, costs and human inputs  | messages and summary                          | the sample has no more                         |
 * | the model is the one that was asked for       | the one that answered                         | prices go by that                              |
 * | cost of AG2                                   | none                                          | prices are for who reads the trace             |
 */

interface Node {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly format: unknown;
  readonly tokens: readonly unknown[];
  readonly said: unknown;
  readonly children: readonly Node[];
}

afterEach(shutdown);

/** The answers of the model in a recorded trace, in their order. */
function answersIn(trace: Trace): Reply[] {
  const answers = trace.data.spans.filter(({ type }) => type === 'LLM').map(({ outputs }) => outputs);
  return answers.map((answer): Reply => {
    if (typeof answer === 'string')
      return { error: { status: 400, message: 'scripted failure', code: 'invalid_value' } };
    const { choices, usage } = answer as OpenAI.Chat.ChatCompletion;
    const { content, tool_calls } = choices[0]?.message ?? {};
    const reply = tool_calls == null ? { content: content ?? '' } : { toolCalls: tool_calls.map(callOf) };
    return usage === undefined ? reply : { ...reply, usage };
  });
}

function callOf(call: OpenAI.Chat.ChatCompletionMessageToolCall): { id: string; name: string; arguments: object } {
  const { name, arguments: text } = (call as OpenAI.Chat.ChatCompletionMessageFunctionToolCall).function;
  return { id: call.id, name, arguments: JSON.parse(text) as object };
}

/** What the assistant was told before anything else: its system prompt, and the schema of its tool. */
function setUpIn(golden: Trace): { readonly systemMessage: string; readonly tool: Tool } {
  const { messages, tools } = firstRequestIn<{
    messages: { content: string }[];
    tools: { function: Pick<Tool, 'parameters'> }[];
  }>(golden);
  const parameters = tools[0]?.function.parameters ?? calculatorTool.parameters;
  return { systemMessage: messages[0]?.content ?? '', tool: { ...calculatorTool, parameters } };
}

async function hold(golden: Trace, message: string, options: ChatOptions = {}): Promise<Trace | undefined> {
  const model = await ScriptedOpenAI.start(answersIn(golden));
  const client = new OpenAI({ baseURL: model.url, apiKey: 'none', maxRetries: 0 });
  const { systemMessage, tool } = setUpIn(golden);
  const llmConfig = { client, model: 'gpt-4o-mini' };
  const assistant = new ConversableAgent({
    name: 'Assistant',
    systemMessage,
    llmConfig,
    humanInputMode: 'NEVER',
  });
  const toolAgent = new ConversableAgent({
    name: 'Tool Agent',
    llmConfig: false,
    isTerminationMessage: ({ content }) => typeof content === 'string' && content.includes('TERMINATE'),
    humanInputMode: 'NEVER',
  });
  assistant.registerForLlm(tool);
  toolAgent.registerForExecution(tool);
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
        format: span.getAttribute('mlflow.message.format'),
        tokens: tokensOf(span),
        said: saidIn(span),
        children: nodesUnder(span.spanId),
      }));
  return numberCalls(nodesUnder(undefined));
}

function saidIn(span: Span): unknown {
  const { type, inputs, outputs } = span;
  if (span.parentId === undefined) return chatOf(span);
  if (type === 'AGENT') return { before: wordsOf(inputs), now: wordsOf(outputs) };
  if (type === 'TOOL') return { inputs, outputs: outputs === undefined ? undefined : String(outputs) };
  return { asked: requestIn(inputs), answered: answerIn(outputs) };
}

/** What a chat was about, and what came of it. */
function chatOf({ inputs, outputs }: Span): unknown {
  const { recipient, message } = inputs as Record<string, unknown>;
  if (outputs === undefined) return { recipient, message };
  const { summary, ...rest } = outputs as { summary: string; chat_history?: unknown[]; chatHistory?: unknown[] };
  const history = rest.chat_history ?? rest.chatHistory;
  return { recipient, message, summary: summary.replace('TERMINATE', '').trim(), history: history?.map(messageOf) };
}

/** What an agent said to another. */
function wordsOf(said: unknown): unknown {
  const { message, sender, valid } = said as Record<string, unknown>;
  return { message: typeof message === 'object' ? messageOf(message) : message, sender, valid };
}

/** A message without its speaker's name and the fields that carry nothing. */
function messageOf(message: unknown): unknown {
  const { role, content, tool_call_id, tool_calls, tool_responses } = message as Record<string, unknown>;
  const calls = (tool_calls as OpenAI.Chat.ChatCompletionMessageToolCall[] | undefined)?.map(callOf);
  return { role, content, calls, tool_call_id, responses: (tool_responses as unknown[] | undefined)?.map(messageOf) };
}

/** The messages with the system prompt; what is offered, but to those who only sum up. */
function requestIn(inputs: unknown): unknown {
  const { messages, tools, model } = inputs as { messages: { role: string }[]; tools: unknown; model: string };
  const isSummary = messages.at(-1)?.role === 'system';
  return { model, messages: messages.map(messageOf), tools: isSummary ? undefined : tools };
}

function answerIn(outputs: unknown): unknown {
  if (typeof outputs !== 'object' || outputs === null) return undefined;
  const { choices, model } = outputs as OpenAI.Chat.ChatCompletion;
  return { model, choices: choices.map(({ finish_reason, message }) => [finish_reason, messageOf(message)]) };
}

describe('conversations as AG2 has them', () => {
  it.each([
    ['two_agent', 'What is (44231 + 13312 / (230 - 20)) * 4?', {}, 19],
    ['tool_error', 'What is 7 % 3?', {}, 7],
    ['llm_error_400', '[[fail:400]] What is (44231 + 13312 / (230 - 20)) * 4?', {}, 2],
    ['parallel_tools', 'What is (1 + 2) * (3 + 4)? Do it in parallel.', {}, 12],
    ['reflection_summary', 'What is 7 + 5?', { summaryMethod: 'reflection_with_llm' }, 8],
  ] as const)('%s', async (name, message, options, spans) => {
    const golden = goldenTrace(`ag2_${name}`);

    const trace = await hold(golden, message, options);

    expect(trace?.data.spans).toHaveLength(spans);
    expect(treeOf(trace)).toBe(treeOf(golden));
    expect(treeNodes(trace)).toEqual(treeNodes(golden));
    expect(trace && tokensOf(trace.info)).toEqual(tokensOf(golden.info));
  });

  it('a failed LLM call is an error, and so is the conversation', async () => {
    const trace = await hold(goldenTrace('ag2_llm_error_400'), 'x');

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

import OpenAI from 'openai';
import { conversationOf, type Span, shutdown, type Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculatorTool } from '../../../samples/ag2/calculator.js';
import { AssistantAgent, type Tool } from '../../../samples/autogen/assistant-agent.js';
import { RoundRobinGroupChat, SelectorGroupChat } from '../../../samples/autogen/group-chat.js';
import { OpenAIChatCompletionClient } from '../../../samples/autogen/model-client.js';
import { type Reply, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { firstRequestIn, goldenTrace, numberCalls, tokensOf } from '../../support/golden.js';
import { recordInMemory, treeOf } from '../../support/recording.js';

/*
 * The same runs as Python's AutoGen made them under `mlflow.autogen.autolog()`, the model saying again what it said then. They are
 * compared without ids and times. Where we differ it is on purpose:
 *
 * | in Python                                  | here                              | why                                               |
 * | ------------------------------------------ | --------------------------------- | ------------------------------------------------- |
 * | no spans of tools                          | one for each call                 | they take time and fail                           |
 * | streams and teams leave loose LLM spans    | they stand under who asked        | one run is one trace                              |
 * | messages have ids, times and `models_usage`| they do not                       | spans have them                                   |
 * | schemas of tools as pydantic writes them   | as the sample does                | they are the user's own                           |
 * | no tools are offered for the last word     | they always are                   | the sample asks until there is an answer          |
 * | `mlflow.chat.tools` beside the inputs      | the inputs                        | they are there                                    |
 */

let model: ScriptedOpenAI | undefined;

afterEach(async () => {
  await model?.close();
  await shutdown();
});

/** A message, an event of a tool, or what a model is told or answers. */
interface Said {
  readonly type?: string;
  readonly source?: string;
  readonly content: string | readonly { readonly name: string; readonly arguments?: string }[];
}

function answersIn(trace: Trace): Reply[] {
  const spans = trace.data.spans.filter(({ type }) => type === 'LLM');
  return spans.map(({ outputs }): Reply => {
    if (outputs === undefined) return { error: { status: 400, message: 'scripted failure', code: 'invalid_value' } };
    const { content, usage } = outputs as Said & { usage: { prompt_tokens: number; completion_tokens: number } };
    if (typeof content === 'string') return { content, usage };
    const toolCalls = content.map((call) => ({
      name: call.name,
      arguments: JSON.parse(call.arguments ?? '{}') as object,
    }));
    return { toolCalls, usage };
  });
}

async function clientThatSays(replies: readonly Reply[]): Promise<OpenAIChatCompletionClient> {
  model = await ScriptedOpenAI.start(replies);
  const client = new OpenAI({ baseURL: model.url, apiKey: 'none', maxRetries: 0 });
  return new OpenAIChatCompletionClient({ client, model: 'gpt-4o-mini' });
}

async function assistantThatSays(
  replies: readonly Reply[],
  { name = 'assistant', systemMessage = 'You are a helpful AI assistant.' } = {},
): Promise<AssistantAgent> {
  const modelClient = await clientThatSays(replies);
  return new AssistantAgent({ name, modelClient, systemMessage, tools: [calculatorTool as Tool] });
}

/** The agent of a recorded run, with the model saying again what it said. */
async function assistantOf(first: Trace, ...more: readonly Trace[]): Promise<AssistantAgent> {
  const { messages } = firstRequestIn<{ messages: { content: string }[] }>(first);
  const systemMessage = messages[0]?.content ?? '';
  return assistantThatSays([first, ...more].flatMap(answersIn), { systemMessage });
}

/** What both sides tell of the spans that both have. */
function factsOf(trace: Trace | undefined): unknown {
  const spans = trace?.data.spans.filter(({ type }) => type !== 'TOOL') ?? [];
  const facts = spans.map((span) => ({
    name: span.name,
    type: span.type,
    status: span.status.code,
    format: span.getAttribute('mlflow.message.format'),
    tokens: tokensOf(span),
    heard: heardIn(span),
    said: span.outputs === undefined ? undefined : saidIn(span.outputs),
  }));
  return { total: trace === undefined ? undefined : tokensOf(trace.info), facts: numberCalls(facts) };
}

function heardIn({ inputs }: Span): unknown {
  const { task, messages } = inputs as { task?: string; messages?: Said[] };
  return { task, messages: messages?.map(wordsOf) };
}

/** What comes of `run`, `on_messages` and `create`. */
function saidIn(outputs: unknown): unknown {
  const { messages, stop_reason, chat_message, inner_messages, finish_reason, ...rest } = outputs as {
    readonly messages?: Said[];
    readonly stop_reason?: string | null;
    readonly chat_message?: Said;
    readonly inner_messages?: Said[];
    readonly finish_reason?: string;
    readonly content?: Said['content'];
  };
  return {
    messages: messages?.map(wordsOf),
    stop_reason,
    chat_message: chat_message && wordsOf(chat_message),
    inner_messages: inner_messages?.map(wordsOf),
    finish_reason,
    content: rest.content === undefined ? undefined : contentOf(rest.content),
  };
}

function wordsOf({ type, source, content }: Said): unknown {
  return { type, source, content: contentOf(content) };
}

/** Calls of tools have their arguments as JSON, which each side writes in its own way; results are what they are. */
function contentOf(content: Said['content']): unknown {
  if (typeof content === 'string') return content;
  return content.map((part) =>
    part.arguments === undefined ? part : { ...part, arguments: JSON.parse(part.arguments) as object },
  );
}

describe('runs of AutoGen’s agents', () => {
  it.each([
    ['run_tools', 'What is (44231 + 13312 / (230 - 20)) * 4?'],
    ['llm_error_400', '[[fail:400]] What is (44231 + 13312 / (230 - 20)) * 4?'],
  ])('%s', async (name, task) => {
    const golden = goldenTrace(`autogen_${name}`);
    const assistant = await assistantOf(golden);
    const memory = recordInMemory();

    await assistant.run(task).catch(() => undefined);

    expect(treeOf(memory.traces[0]).replaceAll(' calculator', '')).toBe(treeOf(golden));
    expect(factsOf(memory.traces[0])).toEqual(factsOf(golden));
  });

  it('on_messages, one trace for each time the agent is asked', async () => {
    const golden = [goldenTrace('autogen_on_messages.1'), goldenTrace('autogen_on_messages.2')] as const;
    const assistant = await assistantOf(...golden);
    const memory = recordInMemory();

    for (const trace of golden) {
      const { messages } = (trace.data.spans[0]?.inputs ?? { messages: [] }) as { messages: { content: string }[] };
      await assistant.onMessages(
        messages.map(({ content }) => ({ type: 'TextMessage', source: 'user', content }) as const),
      );
    }

    expect(memory.traces.map(treeOf).map((tree) => tree.replaceAll(' calculator', ''))).toEqual(golden.map(treeOf));
    expect(memory.traces.map(factsOf)).toEqual(golden.map(factsOf));
  });
});

describe('what Python’s traces lack', () => {
  it('spans of tools, with the ids of the calls they answer', async () => {
    const golden = goldenTrace('autogen_run_tools');
    const assistant = await assistantOf(golden);
    const memory = recordInMemory();

    await assistant.run('What is (44231 + 13312 / (230 - 20)) * 4?');

    const { spans } = memory.traces[0]?.data ?? { spans: [] };
    const asked = spans
      .filter(({ type }) => type === 'LLM')
      .flatMap(({ outputs }) => {
        const { content } = outputs as { content: string | { id: string }[] };
        return typeof content === 'string' ? [] : content.map(({ id }) => id);
      });
    const tools = spans.filter(({ type }) => type === 'TOOL');
    expect(tools).toHaveLength(4);
    expect(tools.map((span) => span.getAttribute('gen_ai.tool.call.id'))).toEqual(asked);
  });

  it('a stream, under the agent that gives it', async () => {
    const assistant = await assistantThatSays([{ content: 'The sky is blue.' }]);
    const memory = recordInMemory();
    let answer = '';

    for await (const word of assistant.runStream('Why?')) answer += word;

    expect(answer).toBe('The sky is blue.');
    expect(treeOf(memory.traces[0])).toBe('assistant.run_stream[OpenAIChatCompletionClient.create_stream]');
    expect(memory.traces[0]?.info.tokenUsage?.outputTokens).toBeGreaterThan(0);
  });

  it('a stream that calls tools in between', async () => {
    const args = { a: 7, b: 5, operator: '+' };
    const assistant = await assistantThatSays([
      { toolCalls: [{ name: 'calculator', arguments: args }] },
      { content: 'The result is 12.' },
    ]);
    const memory = recordInMemory();
    let answer = '';

    for await (const word of assistant.runStream('What is 7 + 5?')) answer += word;

    expect(answer).toBe('The result is 12.');
    const stream = 'OpenAIChatCompletionClient.create_stream';
    expect(treeOf(memory.traces[0])).toBe(`assistant.run_stream[${stream} calculator ${stream}]`);
    const spans = memory.traces[0]?.data.spans ?? [];
    expect(spans.map((span) => [span.status.code, span.getAttribute('gen_ai.tool.call.id')])).toEqual([
      ['OK', undefined],
      ['OK', undefined],
      ['OK', 'call_1_1'],
      ['OK', undefined],
    ]);
  });

  it('one trace for a whole run of a team, with its turns and what each was told', async () => {
    const modelClient = await clientThatSays([{ content: 'one' }, { content: 'two' }, { content: 'three. TERMINATE' }]);
    const participants = ['ada', 'bob', 'eve'].map((name) => new AssistantAgent({ name, modelClient }));
    const memory = recordInMemory();

    await new RoundRobinGroupChat({ participants, isTermination }).run('Count.');

    expect(memory.traces.map(treeOf)).toEqual([
      'run[ada[ada.on_messages[OpenAIChatCompletionClient.create]] ' +
        'bob[bob.on_messages[OpenAIChatCompletionClient.create]] eve[eve.on_messages[OpenAIChatCompletionClient.create]]]',
    ]);
    const task = { type: 'TextMessage', source: 'user', content: 'Count.' };
    const one = { type: 'TextMessage', source: 'ada', content: 'one' };
    const two = { type: 'TextMessage', source: 'bob', content: 'two' };
    expect(turnsIn(memory.traces[0])).toEqual([
      ['ada', 0, [task], 'one'],
      ['bob', 1, [task, one], 'two'],
      ['eve', 2, [task, one, two], 'three. TERMINATE'],
    ]);
    expect(linesOf(memory.traces[0])).toEqual([
      'RoundRobinGroupChat to ada',
      'ada to RoundRobinGroupChat',
      'RoundRobinGroupChat to bob',
      'bob to RoundRobinGroupChat',
      'RoundRobinGroupChat to eve',
      'eve to RoundRobinGroupChat',
    ]);
  });

  it('who chose the speaker, in a turn of its own', async () => {
    const replies = ['bob', 'Ask eve.', 'eve', 'Why me?', 'bob', 'Done. TERMINATE'].map((content) => ({ content }));
    const modelClient = await clientThatSays(replies);
    const participants = ['ada', 'bob', 'eve'].map((name) => new AssistantAgent({ name, modelClient }));
    const memory = recordInMemory();

    await new SelectorGroupChat({ participants, modelClient, isTermination }).run('Say something.');

    const choice = 'SelectorGroupChat.selectSpeaker[OpenAIChatCompletionClient.create]';
    const turnOf = (name: string) => `${choice} ${name}[${name}.on_messages[OpenAIChatCompletionClient.create]]`;
    expect(memory.traces.map(treeOf)).toEqual([`run[${['bob', 'eve', 'bob'].map(turnOf).join(' ')}]`]);
    const choices = memory.traces.flatMap(({ data }) => data.spans.filter(({ name }) => /selectSpeaker$/.test(name)));
    expect(choices.map(({ outputs }) => outputs)).toEqual(['bob', 'eve', 'bob']);
    const { turns } = conversationOf(memory.traces[0] as Trace);
    expect(turns.map(({ agent, chosenBy, llmCalls }) => [agent, chosenBy, llmCalls])).toEqual([
      ['SelectorGroupChat', undefined, 1],
      ['bob', 'SelectorGroupChat', 1],
      ['SelectorGroupChat', undefined, 1],
      ['eve', 'SelectorGroupChat', 1],
      ['SelectorGroupChat', undefined, 1],
      ['bob', 'SelectorGroupChat', 1],
    ]);
    const sent = turnsIn(memory.traces[0]).map(([agent, , heard]) => [
      agent,
      (heard as Said[]).map(({ content }) => content),
    ]);
    expect(sent).toEqual([
      ['bob', ['Say something.']],
      ['eve', ['Say something.', 'Ask eve.']],
      ['bob', ['Why me?']],
    ]);
  });
});

function isTermination({ content }: { readonly content: string }): boolean {
  return content.includes('TERMINATE');
}

/** Of each turn who spoke, its number, what the team had sent, and what was said. */
function turnsIn(trace: Trace | undefined): readonly (readonly unknown[])[] {
  const turns = trace?.data.spans.filter((span) => span.getAttribute('traced_agents.turn.index') !== undefined) ?? [];
  return turns.map((span) => [
    span.name,
    span.getAttribute('traced_agents.turn.index'),
    (span.inputs as { message: unknown }).message,
    (span.outputs as { message: unknown }).message,
  ]);
}

function linesOf(trace: Trace | undefined): unknown {
  return trace && conversationOf(trace).messages.map(({ from, to }) => `${from} to ${to}`);
}

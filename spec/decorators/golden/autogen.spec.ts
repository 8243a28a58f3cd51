import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { conversationOf, shutdown, Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { calculatorTool } from '../../../samples/ag2/calculator.js';
import { AssistantAgent, type Tool } from '../../../samples/autogen/assistant-agent.js';
import { RoundRobinGroupChat, SelectorGroupChat } from '../../../samples/autogen/group-chat.js';
import { OpenAIChatCompletionClient } from '../../../samples/autogen/model-client.js';
import { type Reply, ScriptedOpenAI } from '../../../samples/support/scripted-openai.js';
import { recordInMemory, treeOf } from '../../support/recording.js';

/*
 * The same runs as Python's AutoGen made them under `mlflow.autogen.autolog()`, the model saying again what it said then. Python
 * has no spans of tools; here they are, and are left out of the comparison. Its streams and teams leave loose LLM spans.
 */

let model: ScriptedOpenAI | undefined;

afterEach(async () => {
  await model?.close();
  await shutdown();
});

function goldenTrace(name: string): Trace {
  return Trace.fromJSON(readFileSync(new URL(`../../golden/autogen_${name}.json`, import.meta.url), 'utf8'));
}

function answersIn(trace: Trace): Reply[] {
  const spans = trace.data.spans.filter(({ type }) => type === 'LLM');
  return spans.map(({ outputs }): Reply => {
    if (outputs === undefined) return { error: { status: 400, message: 'scripted failure', code: 'invalid_value' } };
    const { content } = outputs as { content: string | { name: string; arguments: string }[] };
    if (typeof content === 'string') return { content };
    const toolCalls = content.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as object }));
    return { toolCalls };
  });
}

async function clientThatSays(replies: readonly Reply[]): Promise<OpenAIChatCompletionClient> {
  model = await ScriptedOpenAI.start(replies);
  const client = new OpenAI({ baseURL: model.url, apiKey: 'none', maxRetries: 0 });
  return new OpenAIChatCompletionClient({ client, model: 'gpt-4o-mini' });
}

async function assistantThatSays(replies: readonly Reply[], name = 'assistant'): Promise<AssistantAgent> {
  return new AssistantAgent({
    name,
    modelClient: await clientThatSays(replies),
    systemMessage: 'You are a helpful AI assistant.',
    tools: [calculatorTool as Tool],
  });
}

function factsOf(trace: Trace | undefined): unknown {
  const spans = trace?.data.spans.filter(({ type }) => type !== 'TOOL') ?? [];
  return spans.map(({ name, type, status, inputs }) => ({
    name,
    type,
    status: status.code,
    heard: type === 'LLM' ? typesOf(inputs) : (inputs as { task?: string }).task,
  }));
}

function typesOf(inputs: unknown): string {
  return (inputs as { messages: { type: string }[] }).messages.map(({ type }) => type).join(' ');
}

describe('runs of AutoGen’s agents', () => {
  it.each([
    ['run_tools', 'What is (44231 + 13312 / (230 - 20)) * 4?'],
    ['llm_error_400', '[[fail:400]] What is (44231 + 13312 / (230 - 20)) * 4?'],
  ])('%s', async (name, task) => {
    const golden = goldenTrace(name);
    const assistant = await assistantThatSays(answersIn(golden));
    const memory = recordInMemory();

    await assistant.run(task).catch(() => undefined);

    expect(treeOf(memory.traces[0]).replaceAll(' calculator', '')).toBe(treeOf(golden));
    expect(factsOf(memory.traces[0])).toEqual(factsOf(golden));
  });

  it('on_messages, one trace for each time the agent is asked', async () => {
    const golden = [goldenTrace('on_messages.1'), goldenTrace('on_messages.2')];
    const assistant = await assistantThatSays(golden.flatMap(answersIn));
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
    const golden = goldenTrace('run_tools');
    const assistant = await assistantThatSays(answersIn(golden));
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

  it('one trace for a whole run of a team, with its turns', async () => {
    const replies = [{ content: 'one' }, { content: 'two' }, { content: 'three. TERMINATE' }];
    const ada = await assistantThatSays([], 'ada');
    const modelClient = await clientThatSays(replies);
    const participants = ['ada', 'bob', 'eve'].map((name) => new AssistantAgent({ name, modelClient }));
    const team = new RoundRobinGroupChat({
      participants,
      isTermination: ({ content }) => content.includes('TERMINATE'),
    });
    const memory = recordInMemory();

    await team.run('Count.');

    expect(ada.name).toBe('ada');
    expect(memory.traces.map(treeOf)).toEqual([
      'run[ada[ada.on_messages[OpenAIChatCompletionClient.create]] ' +
        'bob[bob.on_messages[OpenAIChatCompletionClient.create]] eve[eve.on_messages[OpenAIChatCompletionClient.create]]]',
    ]);
    const turns = memory.traces[0]?.data.spans.filter(
      (span) => span.getAttribute('traced_agents.turn.index') !== undefined,
    );
    expect(turns?.map((span) => [span.name, span.getAttribute('traced_agents.turn.index')])).toEqual([
      ['ada', 0],
      ['bob', 1],
      ['eve', 2],
    ]);
  });

  it('who chose the speaker, in a turn of its own', async () => {
    const replies = [{ content: 'bob' }, { content: 'Done. TERMINATE' }];
    const modelClient = await clientThatSays(replies);
    const participants = ['ada', 'bob'].map((name) => new AssistantAgent({ name, modelClient }));
    const isTermination = ({ content }: { content: string }) => content.includes('TERMINATE');
    const memory = recordInMemory();

    await new SelectorGroupChat({ participants, modelClient, isTermination }).run('Say something.');

    expect(memory.traces.map(treeOf)).toEqual([
      'run[SelectorGroupChat.selectSpeaker[OpenAIChatCompletionClient.create] ' +
        'bob[bob.on_messages[OpenAIChatCompletionClient.create]]]',
    ]);
    const [choice] = memory.traces.flatMap(({ data }) => data.spans.filter(({ name }) => /selectSpeaker$/.test(name)));
    expect(choice?.outputs).toBe('bob');
    const { turns } = conversationOf(memory.traces[0] as Trace);
    expect(turns.map(({ agent, chosenBy, llmCalls }) => [agent, chosenBy, llmCalls])).toEqual([
      ['SelectorGroupChat', undefined, 1],
      ['bob', 'SelectorGroupChat', 1],
    ]);
  });
});

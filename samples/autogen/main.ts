/*
 * A team of two agents that speak in turn: one works out a sum with a calculator, the other checks it. The trace shows the whole
 * run as one tree. With OPENAI_API_KEY it asks OpenAI; without, a scripted model on this machine.
 */
import OpenAI from 'openai';
import { ConsoleExporter, FileExporter, init } from 'traced-agents';
import { calculatorTool } from '../ag2/calculator.js';
import { ScriptedOpenAI } from '../support/scripted-openai.js';
import { AssistantAgent } from './assistant-agent.js';
import { RoundRobinGroupChat } from './group-chat.js';
import { OpenAIChatCompletionClient } from './model-client.js';

init({ exporters: [new ConsoleExporter(), new FileExporter({ path: 'traces.jsonl' })] });

const script = [
  { toolCalls: [{ name: 'calculator', arguments: { a: 7, b: 5, operator: '+' } }] },
  { content: 'The result of 7 + 5 is 12.' },
  { content: 'I agree. APPROVE' },
];
const scripted = process.env['OPENAI_API_KEY'] ? undefined : await ScriptedOpenAI.start(script);
const client = scripted === undefined ? new OpenAI() : new OpenAI({ baseURL: scripted.url, apiKey: 'none' });
const modelClient = new OpenAIChatCompletionClient({ client, model: 'gpt-4o-mini' });

const solver = new AssistantAgent({ name: 'solver', modelClient, tools: [calculatorTool] });
const checker = new AssistantAgent({
  name: 'checker',
  modelClient,
  systemMessage: 'Check what the solver says. Answer APPROVE if it is right.',
});
const team = new RoundRobinGroupChat({
  participants: [solver, checker],
  isTermination: ({ content }) => content.includes('APPROVE'),
});

const { messages } = await team.run('What is 7 + 5?');
await scripted?.close();

for (const message of messages) console.log(`${message.source}: ${String(message.content)}`);

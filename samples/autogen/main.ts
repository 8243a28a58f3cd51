/*
 * Two teams, a trace each. In the first, two agents speak in turn: one works out a sum with a calculator, the other checks it. In
 * the second a model chooses which of three speaks next. With OPENAI_API_KEY it asks OpenAI; without, a scripted model on this
 * machine.
 */
import OpenAI from 'openai';
import { ConsoleExporter, FileExporter, init } from 'traced-agents';
import { calculatorTool } from '../ag2/calculator.js';
import { sayDelivery, shutdownTimeoutMs } from '../support/say-delivery.js';
import { ScriptedOpenAI } from '../support/scripted-openai.js';
import { AssistantAgent, type TaskResult } from './assistant-agent.js';
import { RoundRobinGroupChat, SelectorGroupChat } from './group-chat.js';
import { OpenAIChatCompletionClient } from './model-client.js';

const { MLFLOW_TRACKING_URI: trackingUri } = process.env; // a server of yours shows the traces, too
init({
  exporters: [new ConsoleExporter(), new FileExporter({ path: 'traces.jsonl' })],
  ...(trackingUri && { trackingUri, shutdownTimeoutMs }),
});

const inTurn = [
  { toolCalls: [{ name: 'calculator', arguments: { a: 7, b: 5, operator: '+' } }] },
  { content: 'The result of 7 + 5 is 12.' },
  { content: 'I agree. APPROVE' },
];
const byChoice = [
  { content: 'planner' },
  { content: 'Multiply 8 by 5, then have it checked.' },
  { content: 'solver' },
  { toolCalls: [{ name: 'calculator', arguments: { a: 8, b: 5, operator: '*' } }] },
  { content: 'The result of 8 * 5 is 40.' },
  { content: 'checker' },
  { content: 'I agree. APPROVE' },
];
const scripted = process.env['OPENAI_API_KEY'] ? undefined : await ScriptedOpenAI.start([...inTurn, ...byChoice]);
const client = scripted === undefined ? new OpenAI() : new OpenAI({ baseURL: scripted.url, apiKey: 'none' });
const modelClient = new OpenAIChatCompletionClient({ client, model: 'gpt-4o-mini' });

const newSolver = () => new AssistantAgent({ name: 'solver', modelClient, tools: [calculatorTool] });
const newChecker = () =>
  new AssistantAgent({
    name: 'checker',
    modelClient,
    systemMessage: 'Check what the solver says. Answer APPROVE if it is right.',
  });
const planner = new AssistantAgent({
  name: 'planner',
  modelClient,
  systemMessage: 'Say who has to do what. Work nothing out yourself.',
});
const isTermination = ({ content }: { content: string }) => content.includes('APPROVE');

const pair = new RoundRobinGroupChat({ participants: [newSolver(), newChecker()], isTermination });
show(await pair.run('What is 7 + 5?'));
const participants = [planner, newSolver(), newChecker()];
show(await new SelectorGroupChat({ participants, modelClient, isTermination }).run('What is 8 * 5?'));
await scripted?.close();
if (trackingUri) await sayDelivery(trackingUri);

function show({ messages }: TaskResult): void {
  for (const message of messages) console.log(`${message.source}: ${String(message.content)}`);
}

/*
 * Two agents solve a calculation, and you see all of it: who spoke in which turn, each LLM and tool call, and the tokens.
 * With OPENAI_API_KEY (and OPENAI_BASE_URL, if you like) the assistant asks OpenAI; without, a scripted model on this machine.
 */
import OpenAI from 'openai';
import {
  ConsoleExporter,
  conversationOf,
  FileExporter,
  getLastActiveTraceId,
  getTrace,
  init,
  type Trace,
  toMermaid,
} from 'traced-agents';
import { sayDelivery, shutdownTimeoutMs } from '../support/say-delivery.js';
import { calculatorTool } from './calculator.js';
import { ConversableAgent } from './conversable-agent.js';
import { startScriptedModel } from './scripted-model.js';

const { MLFLOW_TRACKING_URI: trackingUri } = process.env; // a server of yours shows the trace, too
init({
  exporters: [new ConsoleExporter(), new FileExporter({ path: 'traces.jsonl' })],
  ...(trackingUri && { trackingUri, shutdownTimeoutMs }),
});

const scripted = process.env['OPENAI_API_KEY'] ? undefined : await startScriptedModel();
const client = scripted === undefined ? new OpenAI() : new OpenAI({ baseURL: scripted.url, apiKey: 'none' });

const assistant = new ConversableAgent({
  name: 'Assistant',
  systemMessage:
    "You are a helpful AI assistant. You can help with simple calculations. Return 'TERMINATE' when the task is done.",
  llmConfig: { client, model: 'gpt-4o-mini' },
  humanInputMode: 'NEVER',
});

const toolAgent = new ConversableAgent({
  name: 'Tool Agent',
  llmConfig: false,
  isTerminationMessage: ({ content }) => typeof content === 'string' && content.includes('TERMINATE'),
  humanInputMode: 'NEVER',
});

assistant.registerForLlm(calculatorTool);
toolAgent.registerForExecution(calculatorTool);

const { summary } = await toolAgent.initiateChat(assistant, 'What is (44231 + 13312 / (230 - 20)) * 4?');
await scripted?.close();

console.log(`\n${summary}\n`);

const trace = await getTrace(getLastActiveTraceId());
console.log('== Total token usage: ==');
console.log(trace?.info.tokenUsage);

console.log('\n== Token usage of each LLM call: ==');
for (const span of trace?.data.spans ?? []) {
  const usage = span.getAttribute('mlflow.chat.tokenUsage');
  if (usage !== undefined) console.log(`${span.name}:`, usage);
}

if (trace !== undefined) showConversation(trace);
if (trackingUri) await sayDelivery(trackingUri);

function showConversation(finished: Trace): void {
  const conversation = conversationOf(finished);
  console.log('\n== Agents: ==');
  const rows = conversation.agents.map(({ agent, turns, llmCalls, toolCalls, usage, failures }) => [
    agent,
    {
      turns,
      'LLM calls': llmCalls,
      'tool calls': toolCalls,
      'tokens in': usage?.inputTokens ?? 0,
      'tokens out': usage?.outputTokens ?? 0,
      errors: failures,
    },
  ]);
  console.table(Object.fromEntries(rows));
  console.log('\n== Sequence diagram (Mermaid): ==');
  console.log(toMermaid(conversation));
}

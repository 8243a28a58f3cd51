/*
 * The smallest traced agent: a class with an LLM call and a tool, on a model that runs on this machine.
 * Run it by `npm run build:samples && node dist-samples/quickstart/main.js`.
 */
import OpenAI from 'openai';
import { getLastActiveTraceId, getTrace, init, TracedAgent, TracedLLM, TracedTool } from 'traced-agents';
import { ScriptedOpenAI } from '../support/scripted-openai.js';

init(); // a tree in the terminal, and traces.jsonl

const model = await ScriptedOpenAI.start(({ messages }) => ({ content: `Look up "${messages.at(-1)?.content}".` }));
const openai = new OpenAI({ baseURL: model.url, apiKey: 'none' });

@TracedAgent()
class Researcher {
  readonly name = 'researcher';

  async run(question: string): Promise<string> {
    const plan = await this.think(question);
    return this.search(plan.choices[0]?.message.content ?? '');
  }

  @TracedLLM({ provider: 'openai' })
  private think(question: string) {
    return openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: question }] });
  }

  @TracedTool()
  private search(query: string): string {
    return `Nothing found for: ${query}`;
  }
}

console.log(await new Researcher().run('Why is the sky blue?'));
console.log((await getTrace(getLastActiveTraceId()))?.info.tokenUsage);
await model.close();

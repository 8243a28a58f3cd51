import { InMemoryExporter, init, shutdown, traceAgent, traceLLM, traceTool } from '../../dist/bundle/index.js';

const words = 'an agent asks a model, calls tools with what it says, and tells "why" it did so;\n '
  .repeat(3)
  .slice(0, 240);
const tokens = { prompt_tokens: 24, completion_tokens: 3, total_tokens: 27 };

const complete = traceLLM(async (text) => ({ content: `${text} ${words}`, usage: tokens }), { name: 'complete' });
/** One trace of one span. */
export const search = traceTool(async (text) => ({ found: text }), { name: 'search' });
const rate = traceTool(async (text) => text.length, { name: 'rate' });

/** One trace of ten spans: an agent that asks a model three times, and calls two tools after each answer. */
const agent = traceAgent(
  async (question) => {
    for (let step = 0; step < 3; step += 1) {
      const { content } = await complete(question);
      await search(content);
      await rate(content);
    }
    return `${question} ${words}`;
  },
  { name: 'assistant' },
);

/** Runs the agent, with a turn of the event loop after each of its answers. */
export async function runAgent(times) {
  for (let index = 0; index < times; index += 1) {
    await agent(`Question ${index}: ${words}`);
    await new Promise(setImmediate);
  }
}

/** So many traces, none like another. */
export async function recordTraces(count) {
  const memory = new InMemoryExporter({ maxTraces: count });
  init({ exporters: [memory] });
  await runAgent(count);
  await shutdown();
  return [...memory.traces];
}

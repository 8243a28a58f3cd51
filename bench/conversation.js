/*
 * Prints what a long conversation costs: { growth, reading }.
 *
 * growth: a turn after 1 000 others over one after 10. reading: `conversationOf()` of 1 000 turns and 5 000 spans over one
 * JSON.stringify() of the same trace. Medians of rounds in one process, each pair measured side by side.
 */
import {
  conversationOf,
  InMemoryExporter,
  init,
  recordMessage,
  Trace,
  traceConversation,
  traceLLM,
  traceTool,
} from '../dist/bundle/index.js';
import { median } from './measure.js';

const [rounds] = process.argv.slice(2).map(Number);
const turns = 1000;
const windowSize = 10;
const agents = ['Ada', 'Bob', 'Eve'];
const memory = new InMemoryExporter({ maxTraces: 1 });
init({ exporters: [memory] });

const complete = traceLLM(
  async (text) => ({ content: text, usage: { prompt_tokens: 24, completion_tokens: 3, total_tokens: 27 } }),
  { name: 'complete' },
);
const search = traceTool(async (text) => ({ found: text }), { name: 'search' });

await converse();
const conversations = [];
for (let round = 0; round < rounds; round += 1) conversations.push(await converse());
const json = JSON.stringify(memory.traces[0]);
const readings = [];
for (let round = 0; round < rounds; round += 1) {
  const trace = Trace.fromJSON(json);
  const written = timeOf(() => JSON.stringify(trace));
  readings.push(timeOf(() => conversationOf(trace)) / written);
}
console.log(
  JSON.stringify({
    growth: median(conversations.map(({ late }) => late)) / median(conversations.map(({ early }) => early)),
    reading: median(readings),
    spans: memory.traces[0].data.spans.length,
  }),
);

/** One conversation; the time that ten turns took after 10 others, and after 1 000. */
async function converse() {
  let [early, late] = [0, 0];
  await traceConversation('talk', async () => {
    recordMessage({ from: 'user', to: agents[0], content: 'Begin.' });
    let since = 0;
    for (let turn = 0; turn < turns + windowSize; turn += 1) {
      if (turn === 10 || turn === turns) since = performance.now();
      await takeTurn(turn);
      if (turn === 10 + windowSize - 1) early = performance.now() - since;
    }
    late = performance.now() - since;
  });
  return { early, late };
}

/** Five spans: the turn, a call of a model, three of a tool. */
async function takeTurn(turn) {
  const { content } = await complete(`What does turn ${turn} bring?`);
  await search(content);
  await search(content);
  await search(content);
  recordMessage({ from: agents[turn % 3], to: agents[(turn + 1) % 3], content });
}

function timeOf(act) {
  const since = performance.now();
  act();
  return performance.now() - since;
}

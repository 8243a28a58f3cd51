/**
 * What each subject is asked to trace. `trace` makes an agent, a model call or a tool of a function; where it gives the
 * function back as it is, the same code is the untraced program.
 *
 * @typedef {(name: string, fn: (...args: never[]) => unknown) => (...args: never[]) => unknown} Wrap
 * @typedef {{ agent: Wrap, llm: Wrap, tool: Wrap, stream?: Wrap }} Wrappers
 * @typedef {object} Workload
 * @property {number} calls Calls in a batch: few enough spans that no queue of 2048 overflows between two flushes.
 * @property {number} spansPerCall
 * @property {number} perCall What a figure is divided by: spans, or the chunks of a stream.
 * @property {(trace: Wrappers) => Function} build
 * @property {(call: Function, count: number) => unknown} run A loop of its own for each, so that the engine tunes each alone.
 */

const words =
  'the model answers that a traced agent should always tell what it did, and why: "because" it matters.\n Prices rose by 3.5% in 2024; see https://example.com/report?id=7 for more'.split(
    ' ',
  );

const tokens = { prompt_tokens: 24, completion_tokens: 3, total_tokens: 27 };

const questions = variants((index) => `What is the answer to question number ${index} of life?`);
const mediumInputs = variants((index) => messagesOf(8000, index));
const largeInputs = variants((index) => messagesOf(200_000, index));
const mediumAnswer = { choices: messagesOf(2000, 5).map((message) => ({ message })), usage: tokens };

/** @type {Readonly<Record<string, Workload>>} */
export const workloads = {
  async: {
    calls: 1500,
    spansPerCall: 1,
    perCall: 1,
    build: (trace) => trace.llm('complete', async (text, limit) => ({ text, limit })),
    async run(call, count) {
      for (let index = 0; index < count; index += 1) await call(questions[index & 7], 5);
    },
  },
  sync: {
    calls: 1500,
    spansPerCall: 1,
    perCall: 1,
    build: (trace) => trace.tool('search', (text, limit) => ({ text, limit })),
    run(call, count) {
      for (let index = 0; index < count; index += 1) call(questions[index & 7], 5);
    },
  },
  nested: {
    calls: 200,
    spansPerCall: 7,
    perCall: 7,
    build: nestedAgent,
    async run(call, count) {
      for (let index = 0; index < count; index += 1) await call(questions[index & 7]);
    },
  },
  medium: {
    calls: 300,
    spansPerCall: 1,
    perCall: 1,
    build: (trace) => trace.llm('complete', async (_messages) => mediumAnswer),
    async run(call, count) {
      for (let index = 0; index < count; index += 1) await call(mediumInputs[index & 7]);
    },
  },
  large: {
    calls: 30,
    spansPerCall: 1,
    perCall: 1,
    build: (trace) => trace.llm('complete', async (_messages) => mediumAnswer),
    async run(call, count) {
      for (let index = 0; index < count; index += 1) await call(largeInputs[index & 7]);
    },
  },
  stream: {
    calls: 10,
    spansPerCall: 1,
    perCall: 1000,
    build: (trace) =>
      trace.stream?.('stream', async function* (_text) {
        for (let index = 0; index < 1000; index += 1) yield `token ${index}`;
      }),
    async run(call, count) {
      for (let index = 0; index < count; index += 1) for await (const _chunk of call(questions[index & 7]));
    },
  },
};

/** One agent that asks a model three times, and calls a tool after each answer: seven spans. */
export function nestedAgent(trace) {
  const complete = trace.llm('complete', async (text) => ({ content: text, usage: tokens }));
  const search = trace.tool('search', async (text) => ({ found: text }));
  return trace.agent('assistant', async (text) => {
    for (let step = 0; step < 3; step += 1) {
      const { content } = await complete(text);
      await search(content);
    }
    return text;
  });
}

function variants(make) {
  return Array.from({ length: 8 }, (_, index) => make(index));
}

/** Chat messages of so many characters in all. */
function messagesOf(length, seed) {
  const messages = [];
  for (let written = 0, word = seed; written < length; ) {
    let content = '';
    while (content.length < 480) content += `${words[(word++ * 7 + messages.length) % words.length]} `;
    // Through bytes: a text that was put together is many pieces inside, one that came over the network is not.
    messages.push({ role: messages.length % 2 === 0 ? 'user' : 'assistant', content: Buffer.from(content).toString() });
    written += content.length;
  }
  return messages;
}

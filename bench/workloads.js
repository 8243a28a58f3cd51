/* What each subject is asked to trace. Every workload tells how many spans (or chunks) one turn of it makes. */

const words =
  'the model answers that a traced agent should always tell what it did, and why: "because" it matters.\n Prices rose by 3.5% in 2024; see https://example.com/report?id=7 for more'.split(
    ' ',
  );

/** Chat messages of so many characters in all, each text a string of its own. */
export function messagesOf(size) {
  const messages = [];
  for (let written = 0, word = 0; written < size; ) {
    let content = '';
    while (content.length < 480) content += `${words[(word++ * 7 + messages.length) % words.length]} `;
    messages.push({ role: messages.length % 2 === 0 ? 'user' : 'assistant', content: Buffer.from(content).toString() });
    written += content.length;
  }
  return messages;
}

const question = 'What is the answer to life and everything?';
const medium = messagesOf(8_000);
const large = messagesOf(200_000);
const answer = messagesOf(2_000);

/** `trace` makes an agent, LLM or tool function of a plain one; the identity makes the untraced program. */
export const workloads = {
  async: {
    turns: 20_000,
    spans: 1,
    build: (trace) => {
      const f = trace.llm('llm', async (text, limit) => ({ text, limit }));
      return () => f(question, 5);
    },
  },
  sync: {
    turns: 20_000,
    spans: 1,
    build: (trace) => {
      const f = trace.tool('tool', (text, limit) => ({ text, limit }));
      return () => f(question, 5);
    },
  },
  nested: {
    turns: 4000,
    spans: 7,
    build: (trace) => {
      const llm = trace.llm('llm', async (text) => ({ content: text }));
      const tool = trace.tool('tool', (text) => ({ found: text }));
      const agent = trace.agent('agent', async (text) => {
        for (let step = 0; step < 3; step += 1) {
          await llm(text);
          await tool(text);
        }
        return text;
      });
      return () => agent(question);
    },
  },
  medium: {
    turns: 4000,
    spans: 1,
    build: (trace) => {
      const f = trace.llm('llm', async (_messages) => answer);
      return () => f(medium);
    },
  },
  large: {
    turns: 300,
    spans: 1,
    build: (trace) => {
      const f = trace.llm('llm', async (_messages) => answer);
      return () => f(large);
    },
  },
  stream: {
    turns: 40,
    spans: 1000,
    build: (trace) => {
      const f = trace.stream('stream', async function* () {
        for (let chunk = 0; chunk < 1000; chunk += 1) yield `token ${chunk}`;
      });
      return async () => {
        for await (const _chunk of f());
      };
    },
  },
};

import { type ChatRequest, type Reply, ScriptedOpenAI } from '../support/scripted-openai.js';

/** The one question the scripted model can answer. */
export const question = 'What is (44231 + 13312 / (230 - 20)) * 4?';

/** How a model would work it out: each step with the results that the tools gave so far. */
const steps = [
  () => ({ a: 230, b: 20, operator: '-' }),
  ([difference = 0]: number[]) => ({ a: 13312, b: difference, operator: '/' }),
  ([, quotient = 0]: number[]) => ({ a: 44231, b: quotient, operator: '+' }),
  ([, , sum = 0]: number[]) => ({ a: sum, b: 4, operator: '*' }),
];

/** A model for the demo, where there is no key: it runs on this machine. */
export function startScriptedModel(): Promise<ScriptedOpenAI> {
  return ScriptedOpenAI.start(answer);
}

function answer({ messages }: ChatRequest): Reply {
  if (!messages.some(({ content }) => content === question)) {
    throw new Error(`The scripted model can answer "${question}" alone. Set OPENAI_API_KEY to ask others.`);
  }
  const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => Number(content));
  const step = steps[results.length];
  if (step !== undefined) return { toolCalls: [{ name: 'calculator', arguments: step(results) }] };
  return { content: `The result of (44231 + 13312 / (230 - 20)) * 4 is ${results.at(-1)}. TERMINATE` };
}

import { type ChatRequest, type Reply, ScriptedOpenAI } from '../support/scripted-openai.js';

type Step = (results: readonly number[]) => { a: number; b: number; operator: string };

/** How a model would work out (44231 + 13312 / (230 - 20)) * 4, each step with the results it was told so far. */
const steps: readonly Step[] = [
  () => ({ a: 230, b: 20, operator: '-' }),
  ([difference = 0]) => ({ a: 13312, b: difference, operator: '/' }),
  ([, quotient = 0]) => ({ a: 44231, b: quotient, operator: '+' }),
  ([, , sum = 0]) => ({ a: sum, b: 4, operator: '*' }),
];

/** A model for the demo, where there is no key: it runs on this machine. */
export function startScriptedModel(): Promise<ScriptedOpenAI> {
  return ScriptedOpenAI.start(answer);
}

function answer({ messages }: ChatRequest): Reply {
  const results = messages.filter((message) => message.role === 'tool').map((message) => Number(message.content));
  const step = steps[results.length];
  if (step !== undefined) return { toolCalls: [{ name: 'calculator', arguments: step(results) }] };
  return { content: `The result of (44231 + 13312 / (230 - 20)) * 4 is ${results.at(-1)}. TERMINATE` };
}

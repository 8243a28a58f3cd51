import type { LanguageModel } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import OpenAI from 'openai';
import { MlflowClient, type Span, type Trace } from 'traced-agents';
import { answering, streaming, words } from '../support/ai-sdk.js';
import { aSpan, aTrace } from '../support/traces.js';

/** What the code in the documentation speaks of and does not define. */

const answer = { model: 'gpt-4o-mini', usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } };

/** OpenAI's own client, that asks no server. */
export const openai: OpenAI = new OpenAI({ apiKey: 'none', fetch: async () => Response.json(answer) });

/** A model for the AI SDK that says the same to everybody. */
export const model: LanguageModel = new MockLanguageModelV3({
  doStream: (options) => streaming(words('Rain', ' falls.')).doStream(options),
  doGenerate: (options) => answering([{ type: 'text', text: 'Hello' }]).doGenerate(options),
});

export const agent = { name: 'agent', run: async (question: string): Promise<string> => question };

export class SearchClient {
  query(): string {
    return 'found';
  }
}

export const trace: Trace = aTrace();

export const span: Span = aSpan();

export const mlflow: MlflowClient = new MlflowClient({ trackingUri: 'http://127.0.0.1:5000' });

const speaker = { name: 'speaker', answer: async (history: readonly string[]): Promise<string> => `${history.length}` };

export const team = { name: 'team', chooseSpeaker: async (_history: readonly string[]) => speaker };

export const task = 'What is next?';

export const history: string[] = [];

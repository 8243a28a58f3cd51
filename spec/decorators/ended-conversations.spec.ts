import { init, shutdown, TracedAgent, TracedMessage, traceConversation, traceLLM } from 'traced-agents';
import { afterEach, beforeEach, expect, it } from 'vitest';

const think = traceLLM(async (question: string) => `${question}!`, { name: 'think' });

@TracedAgent({ budget: { llmCalls: 1 } })
class Thrifty {
  readonly name = 'thrifty';

  @TracedMessage({ sender: () => 'user' }) async hear(_message: string, then: () => void): Promise<string> {
    setTimeout(then, 10);
    return think('one');
  }
}

@TracedAgent({ budget: { llmCalls: 10 } })
class Lavish {
  readonly name = 'lavish';

  @TracedMessage({ sender: () => 'user' }) async hear(_message: string): Promise<string> {
    await think('two');
    return think('three');
  }
}

beforeEach(() => {
  init({ exporters: [] });
});

afterEach(() => shutdown());

it('A budget ends with its conversation: one that begins out of it later is not refused', async () => {
  const later = await new Promise((answer) => {
    const next = (): void => answer(traceConversation('second', () => new Lavish().hear('Hello')));
    void traceConversation('first', () => new Thrifty().hear('Hello', next));
  });

  expect(later).toBe('three!');
});

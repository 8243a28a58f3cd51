import { trace as otel } from '@opentelemetry/api';
import {
  shutdown,
  TracedAgent,
  TracedConversation,
  TracedLLM,
  TracedMessage,
  TracedTool,
  traceAgent,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(shutdown);

function formatsIn(memory: ReturnType<typeof recordInMemory>): unknown {
  const spans = memory.traces.flatMap(({ data }) => data.spans);
  return Object.fromEntries(spans.map((span) => [span.name, span.getAttribute('mlflow.message.format')]));
}

describe('the format of messages', () => {
  it('is that of a conversation and of all that is done in it', async () => {
    class Person {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      @TracedConversation({ messageFormat: 'ag2' }) async chat(other: Person) {
        await other.receive('Hello', this);
      }
      @TracedMessage() async receive(message: string, sender: Person) {
        if (message !== 'Hello') return;
        this.think();
        await sender.receive('Good morning', this);
      }
      @TracedLLM() think() {
        this.count();
      }
      @TracedTool({ messageFormat: 'own' }) count() {}
    }
    const memory = recordInMemory();

    await new Person('Ada').chat(new Person('Bob'));

    expect(formatsIn(memory)).toEqual({ chat: 'ag2', Bob: 'ag2', think: 'ag2', count: 'own' });
  });

  it('is that of the entries of a class, and of no other span', async () => {
    @TracedAgent({ messageFormat: 'autogen' })
    class Agent {
      run() {}
    }
    const memory = recordInMemory();

    traceAgent(() => new Agent().run(), { name: 'outer' })();

    expect(formatsIn(memory)).toEqual({ outer: undefined, 'Agent.run': 'autogen' });
  });

  it('is not that of model calls which a library traces by itself', () => {
    const memory = recordInMemory();
    const chat = { attributes: { 'gen_ai.operation.name': 'chat' } };

    traceAgent(() => otel.getTracer('sdk').startSpan('chat', chat).end(), { name: 'agent', messageFormat: 'ag2' })();

    expect(formatsIn(memory)).toEqual({ agent: 'ag2', chat: undefined });
  });

  it('must be a text', () => {
    expect(() => TracedLLM({ messageFormat: 1 as never })).toThrow("'messageFormat' of @TracedLLM must be a text");
  });
});

import {
  recordMessage,
  shutdown,
  TracedConversation,
  TracedMessage,
  traceConversation,
  traceToLine,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../../support/recording.js';

const secret = 'sk-abcdefghijklmnopqrstuvwx';

class Person {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  @TracedConversation() chat(other: Person) {
    other.receive('Hello', this);
  }
  @TracedMessage() receive(message: string, sender: Person) {
    if (message === 'Hello') sender.receive('Good morning', this);
  }
}

afterEach(async () => {
  await shutdown();
});

describe('a secret in a name that is given when it is used', () => {
  it.each<[string, () => unknown]>([
    ['a conversation', () => traceConversation(`chat with ${secret}`, () => 1)],
    ['a conversation with options', () => traceConversation({ name: secret, mode: 'receiver' }, () => 1)],
    [
      'those who speak',
      () =>
        traceConversation('chat', () => {
          recordMessage({ from: `Ada ${secret}`, to: `Bob ${secret}`, content: 'Hello', chosenBy: `Eve ${secret}` });
          recordMessage({ from: `Bob ${secret}`, content: 'Good morning' });
        }),
    ],
    ['agents', () => new Person(`Ada ${secret}`).chat(new Person(`Bob ${secret}`))],
    [
      'agents that hear',
      () =>
        traceConversation({ name: 'chat', mode: 'receiver' }, () =>
          new Person(`Ada ${secret}`).receive('Hello', new Person(`Bob ${secret}`)),
        ),
    ],
    ['an agent outside of conversations', () => new Person(secret).receive('Good morning', new Person(secret))],
    ['a span', () => withSpan(`load ${secret}`, () => 1)],
  ])('of %s is found nowhere in a trace', (_case, act) => {
    const memory = recordInMemory();

    act();

    expect(memory.traces).toHaveLength(1);
    expect(memory.traces.map(traceToLine).join('\n')).not.toContain(secret);
  });
});

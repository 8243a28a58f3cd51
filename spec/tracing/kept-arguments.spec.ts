import { getCurrentSpan, shutdown, traceAgent, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('arguments that nothing can change', () => {
  it('are written as all others', () => {
    const memory = recordInMemory();
    const say = traceTool((..._said: unknown[]) => null, { name: 'say', argNames: ['a', 'b', 'c', 'd', 'e', 'f'] });

    say('a "word"', 1.5, -0, true, null, undefined);

    expect(spanNamed(memory, 'say').attributeTexts['mlflow.spanInputs']).toBe(
      '{"a":"a \\"word\\"","b":1.5,"c":-0,"d":true,"e":null,"f":null}',
    );
  });

  it('hide what is secret in them', () => {
    const memory = recordInMemory();
    const login = traceTool((user: string, password: string, note: string) => `${user}${password}${note}`, {
      name: 'login',
      sensitive: ['user'],
      captureOutputs: false,
    });

    login('ada', 'hunter2', 'with sk-0123456789abcdefgh');

    expect(spanNamed(memory, 'login').inputs).toEqual({
      user: '[redacted]',
      password: '[redacted]',
      note: 'with [redacted]',
    });
  });

  it('are shown to redact() while the call runs', () => {
    const seen: unknown[] = [];
    recordInMemory({ redact: (value) => (seen.push(value), value) });
    const seenInside: unknown[] = [];
    traceTool((word: string) => void seenInside.push(word, ...seen), { name: 'look', captureOutputs: false })('early');

    expect(seenInside).toEqual(['early', 'early']);
  });

  it('give way to what the call says of its inputs itself', () => {
    const memory = recordInMemory();
    traceTool((_word: string) => void getCurrentSpan()?.setInputs({ better: 1 }), { name: 'say' })('a word');

    expect(spanNamed(memory, 'say').inputs).toEqual({ better: 1 });
  });

  it('count against the limit of their trace', () => {
    const memory = recordInMemory({ maxTraceLength: 200 });
    const say = traceTool((_text: string) => null, { name: 'say' });
    const talk = traceAgent(() => void [1, 2, 3, 4, 5, 6].map((number) => say(`${number}`.repeat(60))), {
      name: 'talk',
    });

    talk();

    const said = memory.traces[0]?.data.spans.slice(1).map(({ inputs }) => JSON.stringify(inputs));
    expect(said?.[0]).toBe(`{"_text":"${'1'.repeat(60)}"}`);
    expect(said?.at(-1)).toMatch(/cut/);
  });
});

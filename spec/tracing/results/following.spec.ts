import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const cancelled = 'traced_agents.stream.cancelled';
const unfinished = 'traced_agents.unfinished';

class Lazy extends Promise<number> {}

/** Collects garbage until the condition holds, a second at the most. */
async function collectUntil(isReached: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !isReached(); attempt += 1) {
    await later(5);
    globalThis.gc?.();
  }
}

async function* letters(): AsyncGenerator<string> {
  yield 'a';
  yield 'b';
}

describe('the span of a stream that the program has forgotten', () => {
  it('ends as cancelled where the stream is a field of the object that gave it', async () => {
    const memory = recordInMemory();
    class Model {
      stream: AsyncGenerator<string> | undefined;
    }
    const ask = traceTool(
      function (this: Model) {
        this.stream = letters();
        return this.stream;
      },
      { name: 'ask' },
    );

    void ask.call(new Model());
    await collectUntil(() => memory.traces.length > 0);

    expect(spanNamed(memory, 'ask').getAttribute(cancelled)).toBe(true);
  });

  it('ends as cancelled where the stream was an argument, with what had passed', async () => {
    const memory = recordInMemory();
    const ask = traceTool((stream: AsyncGenerator<string>) => stream, { name: 'ask', captureInputs: false });

    await ask(letters()).next();
    await collectUntil(() => memory.traces.length > 0);

    const span = spanNamed(memory, 'ask');
    expect([span.getAttribute(cancelled), span.outputs, span.status.code]).toEqual([true, ['a'], 'OK']);
  });

  it('ends as cancelled once all branches are forgotten', async () => {
    const memory = recordInMemory();
    const ask = traceTool(() => ReadableStream.from(['a', 'b']), { name: 'ask' });

    ask().tee();
    await collectUntil(() => memory.traces.length > 0);

    expect(spanNamed(memory, 'ask').getAttribute(cancelled)).toBe(true);
  });
});

describe('the span of a thenable', () => {
  it('ends unfinished when the program has forgotten the thenable', async () => {
    const memory = recordInMemory();
    const ask = traceTool((_keep: object[]) => Lazy.resolve(1), { name: 'ask' });

    void ask([]);
    await collectUntil(() => memory.traces.length > 0);

    expect(spanNamed(memory, 'ask').getAttribute(unfinished)).toBe(true);
  });

  it('goes on while the program waits for it', async () => {
    const memory = recordInMemory();
    const ask = traceTool(() => new Lazy((resolve) => setTimeout(resolve, 60, 1)), { name: 'ask' });

    const waiting = ask().then((value) => value + 1);
    await collectUntil(() => false);

    expect([await waiting, spanNamed(memory, 'ask').outputs]).toEqual([2, 1]);
  });
});

import { getCurrentSpan, init, shutdown, traceAgent, traceTool, withSession } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

beforeEach(() => {
  init({ exporters: [], maxRecentTraces: 0 });
});

afterEach(() => shutdown());

/** Runs it again and again, each time out of what the time before has begun; tells in the last of them whether the first is still held. */
function isFirstHeld(round: (work: () => void) => void): Promise<boolean> {
  const spans: WeakRef<object>[] = [];
  return new Promise((answer) => {
    const work = (): void => {
      spans.push(new WeakRef(getCurrentSpan()));
      setImmediate(next);
    };
    const next = (): void => {
      if (spans.length < 20) return round(work);
      globalThis.gc?.();
      answer(spans[0]?.deref() !== undefined);
    };
    next();
  });
}

const poll = traceTool((work: () => void) => work(), { name: 'poll' });
const thrifty = traceAgent((work: () => void) => work(), { name: 'thrifty', budget: { ms: 60_000 } });

describe('A loop that begins itself anew out of a traced call', () => {
  it('does not pile up its spans', async () => {
    const isHeld = await isFirstHeld(poll);

    expect(isHeld).toBe(false);
  });

  it('does not pile up its spans and sessions', async () => {
    const isHeld = await isFirstHeld((work) => withSession({ session: 'chat' }, () => poll(work)));

    expect(isHeld).toBe(false);
  });

  it('does not pile up its budgets', async () => {
    const isHeld = await isFirstHeld(thrifty);

    expect(isHeld).toBe(false);
  });
});

import { addAbortSignal, Readable } from 'node:stream';
import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const give = traceTool(() => Readable.from(['a', 'b', 'c']), { name: 'stream' });

describe('the span of a Node stream', () => {
  it('ends as cancelled, and not as failed, when its reader stops', async () => {
    const memory = recordInMemory();

    for await (const _word of give()) break;
    await later();

    const span = spanNamed(memory, 'stream');
    expect([span.status.code, span.outputs]).toEqual(['OK', ['a']]);
    expect(span.getAttribute('traced_agents.stream.cancelled')).toBe(true);
  });

  it('ends as failed when a signal aborts it, or it fails by itself', async () => {
    const memory = recordInMemory();
    const controller = new AbortController();
    const aborted = addAbortSignal(controller.signal, give());
    const broken = traceTool(() => Readable.from(['a']), { name: 'broken' })();

    const readings = [aborted.toArray(), broken.toArray()];
    controller.abort();
    broken.destroy(new Error('lost'));
    await Promise.allSettled(readings);

    expect([spanNamed(memory, 'stream').status.code, spanNamed(memory, 'broken').status.message]).toEqual([
      'ERROR',
      'Error: lost',
    ]);
  });
});

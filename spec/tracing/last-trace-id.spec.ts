import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { getLastActiveTraceId, init, shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { newSpanId } from '../../lib/utils/ids.js';

afterEach(async () => {
  await shutdown();
});

describe('getLastActiveTraceId', () => {
  it('gives a text by itself: a program may keep one for each session', () => {
    init({ exporters: [] });
    const tool = traceTool(() => 1, { name: 'tool' });
    const kept: (string | undefined)[] = [];
    const before = megabytes();

    for (let session = 0; session < 1000; session += 1) {
      tool();
      kept.push(getLastActiveTraceId());
      for (let other = 0; other < 1024; other += 1) newSpanId();
    }

    expect(new Set(kept).size).toBe(1000);
    // With all that the ids were cut out of it would be 16 MB.
    expect(megabytes() - before).toBeLessThan(8);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function megabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

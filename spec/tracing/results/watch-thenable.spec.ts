import { shutdown, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later, recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('the span of a native promise with fields of its own', () => {
  it('ends with its outcome when it is awaited', async () => {
    const memory = recordInMemory();
    const start = traceTool(
      () =>
        Object.assign(
          later(5).then(() => 'done'),
          { cancel: () => undefined },
        ),
      {
        name: 'start',
      },
    );

    await start();

    expect(spanNamed(memory, 'start').outputs).toBe('done');
  });

  it('ends as failed when it is awaited and fails', async () => {
    const memory = recordInMemory();
    const start = traceTool(() => Object.assign(Promise.reject(new Error('broken')), { id: 1 }), { name: 'start' });

    await expect(async () => start()).rejects.toThrow('broken');

    expect(spanNamed(memory, 'start').status.message).toBe('Error: broken');
  });

  it('leaves a rejection unhandled that nobody handles', async () => {
    recordInMemory();
    const unhandled: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').once('unhandledRejection', (reason) => unhandled.push(reason));
    const start = traceTool(() => Object.assign(Promise.reject('broken'), { id: 1 }), { name: 'start' });

    void start();
    await later(5);

    for (const listener of others) process.on('unhandledRejection', listener);
    expect(unhandled).toEqual(['broken']);
  });
});

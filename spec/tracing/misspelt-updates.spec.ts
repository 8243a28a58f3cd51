import { shutdown, updateCurrentTrace, withSession, withSpan } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('what is said of a trace under a name that there is not', () => {
  it('is told once, and harms nothing', () => {
    const errors: string[] = [];
    const memory = recordInMemory({ onError: ({ message }) => errors.push(message) });
    const run = () => {
      updateCurrentTrace({ tag: { a: 'b' }, user: 'u-1' } as object);
      return 1;
    };

    const results = [1, 2].map(() => withSession({ sesion: 's' } as object, () => withSpan('a', run)));

    expect([results, memory.traces.map(({ info }) => info.user)]).toEqual([
      [1, 1],
      ['u-1', 'u-1'],
    ]);
    expect(errors).toEqual([
      expect.stringContaining("withSession() has no option 'sesion'. It knows session, user."),
      expect.stringContaining(
        "updateCurrentTrace() has no option 'tag'. It knows tags, metadata, session, user, name.",
      ),
    ]);
  });
});

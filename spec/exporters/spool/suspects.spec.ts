import { expect, it } from 'vitest';
import { Suspects } from '../../../lib/exporters/spool/suspects.js';
import type { Handed } from '../../../lib/exporters/spool/taken.js';

const fails = (suspects: Suspects) => {
  suspects.takeDue();
  suspects.noteFailure();
};

it('blames a trace that fails between two successes of others for the third time', () => {
  const { suspects, handed } = aSuspect();

  const blamed = rounds(5, () => {
    fails(suspects);
    return suspects.noteSuccess();
  });

  expect(blamed).toEqual([[], [], [handed], [], []]);
});

it.each([
  [
    'another trace failed after it',
    (suspects: Suspects) => {
      fails(suspects);
      suspects.noteFailure();
    },
  ],
  [
    'another trace failed before it',
    (suspects: Suspects) => {
      suspects.noteFailure();
      fails(suspects);
    },
  ],
])('blames no trace where %s: the server may have been gone', (_, fail) => {
  const { suspects } = aSuspect();

  const blamed = rounds(5, () => {
    fail(suspects);
    return suspects.noteSuccess();
  });

  expect(blamed.flat()).toEqual([]);
  expect(suspects.count).toBe(1);
});

/** One trace that waits because it failed, and a server that takes others. */
function aSuspect() {
  const handed: Handed = { taken: { traces: [], own: 1, place: () => undefined, putBack: () => undefined }, order: 1 };
  const suspects = new Suspects();
  suspects.add(handed);
  suspects.noteSuccess();
  return { suspects, handed };
}

function rounds<T>(count: number, round: () => T): T[] {
  return Array.from({ length: count }, round);
}

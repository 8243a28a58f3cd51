import { expect, it } from 'vitest';
import { topmostValues } from '../../lib/usage/topmost-values.js';
import { aTrace } from '../support/traces.js';

it('counts a span only if none above it counts, and ends where parents go round in a circle', () => {
  const { data } = aTrace({
    spans: [
      { name: 'root' },
      { name: 'counts', parent: 1 },
      { name: 'between', parent: 2 },
      { name: 'counts below', parent: 3 },
      { name: 'counts round', parent: 6 },
      { name: 'round', parent: 5 },
    ],
  });

  const counted = topmostValues(data.spans, ({ name }) => (name.startsWith('counts') ? name : undefined));

  expect(counted).toEqual(['counts', 'counts round']);
});

import { expect, it } from 'vitest';
import { topmostSpans } from '../../lib/usage/topmost-spans.js';
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

  const counted = topmostSpans(data.spans, ({ name }) => name.startsWith('counts'));

  expect(counted.map(({ name }) => name)).toEqual(['counts', 'counts round']);
});

import { expect, it } from 'vitest';
import { readSpans } from '../../../lib/exporters/mlflow/read-traces.js';

it.each([
  ['there is none', undefined, []],
  ['it is damaged', '{"spans":[{"name":', []],
  ['it holds something else', '{"spans":7}', []],
  [
    'all is well',
    '{"spans":[{"start_time_unix_nano":1767323045000000001}]}',
    [{ start_time_unix_nano: '1767323045000000001' }],
  ],
])('reads the spans of a file where %s', async (_case, text, spans) => {
  const files = { read: async () => text, write: async () => undefined };

  expect(await readSpans(files, 'tr-1')).toEqual(spans);
});

import { expect, it } from 'vitest';
import { mendLinks } from '../../../lib/exporters/mlflow/mend-links.js';

const traceId = 'tr-64c396518d978f50bf6ba65358847de2';
const spanId = '00f067aa0ba902b7';

it.each([
  ['as it was sent', { trace_id: traceId, span_id: spanId }],
  ['as base64, taken for bytes', { trace_id: `tr-${bytesOf(traceId.slice(3))}`, span_id: bytesOf(spanId) }],
])('gives back the ids of a link that a server has %s', (_title, link) => {
  expect(mendLinks([{ ...link, attributes: { a: 1 } }])).toEqual([
    {
      trace_id: traceId,
      span_id: spanId,
      attributes: { a: 1 },
    },
  ]);
});

it('leaves what is no link', () => {
  expect([mendLinks(undefined), mendLinks([null, { trace_id: 'odd' }])]).toEqual([
    undefined,
    [null, { trace_id: 'odd' }],
  ]);
});

function bytesOf(hex: string): string {
  return Buffer.from(hex, 'base64').toString('hex');
}

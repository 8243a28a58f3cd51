import fc from 'fast-check';
import { SpanEvent } from '../../lib/entities/span-event.js';
import type { Trace } from '../../lib/entities/trace.js';
import { aTrace, type SpanParts, type TraceParts } from './traces.js';

// Texts that JSON, class-transformer or JavaScript's objects could take for something else.
const awkward = [
  '__proto__',
  'constructor',
  'then',
  'toJSON',
  '"time_unix_nano":123456789012345678',
  '\ud800',
  '\u2028',
];
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...awkward) },
);
const texts = fc.dictionary(text, text, { maxKeys: 4 }).map((record) => ({ ...record }));
const primitive = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const count = fc.nat(1_000_000);
const usage = fc.record(
  { inputTokens: count, outputTokens: count, totalTokens: count, cacheReadInputTokens: count, reasoningTokens: count },
  { requiredKeys: ['inputTokens', 'outputTokens', 'totalTokens'] },
);
const eventAttributes = fc.dictionary(
  text,
  fc.oneof(primitive.map(withoutMinusZero), fc.array(text, { maxLength: 3 })),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const event = fc
  .tuple(text, fc.bigInt(10n ** 15n, 2n ** 63n), eventAttributes)
  .map(([name, timeNs, attributes]) => new SpanEvent(name, timeNs, attributes));
const id = fc.nat(0xffff);
const link = fc.record(
  {
    traceId: id.map((number) => `tr-${number.toString(16).padStart(32, '0')}`),
    spanId: id.map((number) => number.toString(16).padStart(16, '0')),
    attributes: eventAttributes,
  },
  { noNullPrototype: true },
);

const span: fc.Arbitrary<SpanParts> = fc.record(
  {
    parent: id,
    name: text,
    type: text,
    model: text,
    startMs: fc.nat(1000),
    durationMs: fc.nat(1_000_000).map((nanoseconds) => nanoseconds / 1e6),
    error: text,
    isUnfinished: fc.boolean(),
    inputs: fc.jsonValue({ maxDepth: 3 }),
    outputs: fc.jsonValue({ maxDepth: 3 }),
    usage,
    events: fc.array(event, { maxLength: 2 }),
    links: fc.array(link, { maxLength: 2 }),
    attributes: texts,
  },
  { requiredKeys: [] },
);

/** What traces as programs could make them are made of, with the awkward among all texts. */
export const anyTraceParts: fc.Arbitrary<TraceParts> = fc
  .record(
    {
      spans: fc.array(span, { maxLength: 4 }),
      name: text,
      usage,
      requestTime: fc.date({ min: new Date('2001-10-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
      durationMs: fc.nat(),
      session: text,
      user: text,
      tags: texts,
      metadata: texts,
    },
    { requiredKeys: [] },
  )
  .filter(hasShortPreviews);

export const anyTrace: fc.Arbitrary<Trace> = anyTraceParts.map(aTrace);

/** Longer ones are cut on the way out; they have specs of their own. */
function hasShortPreviews({ spans: [root] = [] }: TraceParts): boolean {
  return [root?.inputs, root?.outputs].every((value) => (JSON.stringify(value)?.length ?? 0) <= 1000);
}

/** JSON has no -0. */
function withoutMinusZero<Value>(value: Value): Value {
  return Object.is(value, -0) ? (0 as Value) : value;
}

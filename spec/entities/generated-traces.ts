import fc from 'fast-check';
import { SpanEvent } from '../../lib/entities/span-event.js';
import type { Trace } from '../../lib/entities/trace.js';
import { aTrace, type SpanParts } from '../support/traces.js';

// Lone surrogates and keys with a meaning in JavaScript are what people forget.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '\ud83e', 'null', '"start_time_unix_nano":1'),
);
const count = fc.nat(1_000_000);
const usage = fc.record(
  {
    inputTokens: count,
    outputTokens: count,
    totalTokens: count,
    cacheReadInputTokens: count,
    cacheCreationInputTokens: count,
    cacheCreationInputTokensAbove1hr: count,
    reasoningTokens: count,
  },
  { requiredKeys: ['inputTokens', 'outputTokens', 'totalTokens'] },
);
const flat = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const flatRecord = fc.dictionary(text, fc.oneof(flat, fc.array(flat, { maxLength: 3 })), { maxKeys: 4 });
const spanId = fc.stringMatching(/^[0-9a-f]{16}$/);
const traceId = fc.stringMatching(/^[0-9a-f]{32}$/).map((hex) => `tr-${hex}`);
const nanoseconds = fc.bigInt({ min: 1_500_000_000_000_000_000n, max: 2_500_000_000_000_000_000n });

const event = fc.tuple(text, nanoseconds, flatRecord).map((parts) => Object.freeze(new SpanEvent(...parts)));
const link = fc.record({ traceId, spanId, attributes: flatRecord });
const span: fc.Arbitrary<SpanParts> = fc.record(
  {
    id: spanId,
    parent: spanId,
    name: text,
    type: fc.constantFrom('AGENT', 'LLM', 'TOOL', 'UNKNOWN', 'MY_OWN'),
    model: text,
    startMs: fc.nat(100_000),
    durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    status: fc.record({ code: fc.constantFrom('OK' as const, 'ERROR' as const, 'UNSET' as const), message: text }),
    inputs: fc.jsonValue(),
    outputs: fc.jsonValue(),
    usage,
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 2 }),
    attributes: fc.dictionary(text, fc.jsonValue(), { maxKeys: 4 }),
  },
  { requiredKeys: ['id'] },
);

/** Any trace that can be recorded. */
export const generatedTraces: fc.Arbitrary<Trace> = fc
  .record(
    {
      id: traceId,
      spans: fc.array(span, { maxLength: 5 }),
      name: text,
      state: fc.constantFrom('OK' as const, 'ERROR' as const, 'IN_PROGRESS' as const, 'STATE_UNSPECIFIED' as const),
      usage,
      requestTime: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      durationMs: fc.nat(),
      session: text,
      user: text,
      tags: fc.dictionary(text, text, { maxKeys: 3 }),
      metadata: fc.dictionary(text, text, { maxKeys: 3 }),
    },
    { requiredKeys: ['id', 'spans'] },
  )
  .map(aTrace);

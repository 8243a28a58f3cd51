import { type SpanOptions, trace } from '@opentelemetry/api';
import { getCurrentSpan, type LiveSpan, shutdown, Trace, withSpan } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

const tracer = trace.getTracer('some-library');
const good = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

/** Throws whatever is done with it. */
const unreadable: never = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
    ownKeys: () => {
      throw new Error('no');
    },
  },
) as never;

describe('a library that hands in what is not allowed', () => {
  it.each<[string, unknown]>([
    ['no options', null],
    ['options that are none', 5],
    ['options that cannot be read', unreadable],
    ['no attributes', { attributes: null }],
    ['attributes that are a text', { attributes: 'abc' }],
    ['attributes that cannot be read', { attributes: unreadable }],
    ['no links', { links: null }],
    ['links that are no list', { links: 5 }],
    ['no link', { links: [null, undefined] }],
    ['a link to nowhere', { links: [{ context: undefined }] }],
    ['a link without ids', { links: [{ context: { traceId: 1, spanId: Symbol('s') } }] }],
    ['a link that cannot be read', { links: [unreadable] }],
    ['a time that is none', { startTime: Symbol('t') }],
  ])('begins a span with %s', (_case, options) => {
    const memory = recordInMemory();

    tracer.startSpan('a', options as SpanOptions).end();
    tracer.startActiveSpan('b', options as SpanOptions, (span) => span.end());

    expect(memory.traces.map((each) => Trace.fromJSON(each.toJSON()).data.spans.map(written))).toEqual([
      [{ name: 'a', attributes: {}, events: [], links: [] }],
      [{ name: 'b', attributes: {}, events: [], links: [] }],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['nothing', undefined, 'undefined'],
    ['what cannot be read', unreadable, '[unserializable]'],
  ])('names a span by %s', (_case, name, text) => {
    const memory = recordInMemory();

    tracer.startSpan(name as string).end();
    tracer
      .startSpan('before')
      .updateName(name as string)
      .end();

    expect(memory.traces.map(({ data }) => data.spans[0]?.name)).toEqual([text, text]);
  });

  it.each<[string, (span: LiveSpan) => unknown]>([
    ['no link', (span) => span.addLink(undefined as never)],
    ['a link to nowhere', (span) => span.addLink({ context: undefined as never })],
    ['a link that cannot be read', (span) => span.addLink(unreadable)],
    ['no links', (span) => span.addLinks(null as never)],
    ['links that cannot be read', (span) => span.addLinks(unreadable)],
    ['no attributes', (span) => span.setAttributes(undefined as never)],
    ['null for attributes', (span) => span.setAttributes(null as never)],
    ['attributes that cannot be read', (span) => span.setAttributes(unreadable)],
    ['a key that is a number', (span) => span.setAttribute(5 as never, 'x')],
    ['a key that is a symbol', (span) => span.setAttribute(Symbol('k') as never, 'x')],
    ['no status', (span) => span.setStatus(undefined as never)],
    ['a status that cannot be read', (span) => span.setStatus(unreadable)],
    ['no usage', (span) => span.setTokenUsage(null as never)],
    ['a usage that cannot be read', (span) => span.setTokenUsage(unreadable)],
    ['a usage attribute that cannot be read', (span) => span.setAttribute('mlflow.chat.tokenUsage', unreadable)],
  ])('says %s of a span', (_case, say) => {
    const memory = recordInMemory();

    const same = withSpan('a', (span) => say(span) === span);

    expect(same).toBe(true);
    expect(memory.traces.map((each) => Trace.fromJSON(each.toJSON()).data.spans.map(written))).toEqual([
      [{ name: 'a', attributes: {}, events: [], links: [] }],
    ]);
  });

  it.each<[string, (span: LiveSpan) => unknown, string]>([
    ['no attributes', (span) => span.addEvent('x', null as never), 'x'],
    ['attributes that cannot be read', (span) => span.addEvent('x', unreadable), 'x'],
    ['a time that is none', (span) => span.addEvent('x', {}, Symbol('t') as never), 'x'],
    ['a symbol for its name', (span) => span.addEvent(Symbol('x') as never), 'Symbol(x)'],
    ['a name that cannot be read', (span) => span.addEvent(unreadable), '[unserializable]'],
  ])('adds an event with %s', (_case, add, name) => {
    const memory = recordInMemory();

    withSpan('a', add);

    expect(memory.traces[0]?.data.spans[0]?.events.map((event) => [event.name, event.attributes])).toEqual([
      [name, {}],
    ]);
  });

  it('loses nothing of the rest', () => {
    const memory = recordInMemory();

    tracer
      .startSpan('a', { attributes: { a: 1 }, links: [null as never, { context: good, attributes: null as never }] })
      .addLinks([undefined as never, { context: good, attributes: { b: 2 } }])
      .end();

    const [span] = memory.traces[0]?.data.spans ?? [];
    expect([span?.getAttribute('a'), span?.links]).toEqual([
      1,
      [
        { traceId: good.traceId, spanId: good.spanId, attributes: {} },
        { traceId: good.traceId, spanId: good.spanId, attributes: { b: 2 } },
      ],
    ]);
  });

  it('is taken where nothing is recorded, too', () => {
    expect(getCurrentSpan().addLink(unreadable).setAttributes(unreadable).setStatus(unreadable)).toBe(getCurrentSpan());
  });
});

function written(span: Trace['data']['spans'][number]): unknown {
  const own = Object.entries(span.attributes).filter(([key]) => !key.startsWith('mlflow.'));
  return { name: span.name, attributes: Object.fromEntries(own), events: span.events, links: span.links };
}

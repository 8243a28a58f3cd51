import { context, createContextKey, SpanStatusCode, type TimeInput, trace } from '@opentelemetry/api';
import {
  getCurrentSpan,
  type LiveSpan,
  recordMessage,
  shutdown,
  traceTool,
  updateCurrentTrace,
  withSession,
  withSpan,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../support/recording.js';

afterEach(async () => {
  await shutdown();
});

/** Says everything one can say of a span. */
function sayAll(span: LiveSpan): LiveSpan {
  span.recordException(new Error('late'));
  return span
    .setAttribute('late', 1)
    .setAttributes({ later: 2 })
    .addEvent('late')
    .addLink({ context: span.spanContext() })
    .addLinks([{ context: span.spanContext() }])
    .setStatus({ code: SpanStatusCode.ERROR, message: 'late' })
    .updateName('late')
    .setInputs('late')
    .setOutputs('late')
    .setTokenUsage({ inputTokens: 1 });
}

describe('a span', () => {
  it('that has ended is no longer changed by anything', () => {
    const memory = recordInMemory();
    let ended: LiveSpan | undefined;
    withSpan({ name: 'done' }, (span) => {
      ended = span;
    });
    const before = JSON.stringify(memory.traces);

    const same = ended === undefined ? undefined : sayAll(ended);
    ended?.end();

    expect(same).toBe(ended);
    expect(JSON.stringify(memory.traces)).toBe(before);
  });

  it('that a call is given or returns is captured by its name alone', () => {
    const memory = recordInMemory();
    const note = traceTool((span: LiveSpan, word: string) => span.setAttribute('word', word), { name: 'note' });

    withSpan({ name: 'whole' }, (span) => note(span, 'a'));

    expect(memory.traces[0]?.data.spans.map(({ name, inputs, outputs }) => [name, inputs, outputs])).toEqual([
      ['whole', undefined, '[span whole]'],
      ['note', { span: '[span whole]', word: 'a' }, '[span whole]'],
    ]);
  });

  it('of a trace that is not sampled records nothing, and says so', () => {
    const memory = recordInMemory({ sampleRatio: 0 });

    const flags = withSpan({ name: 'unsampled' }, (span) => {
      sayAll(span);
      return [span.isRecording(), span.spanContext().traceFlags];
    });

    expect([flags, memory.traces]).toEqual([[false, 0], []]);
  });

  it('that stands in where nothing is recorded takes everything', () => {
    const span = getCurrentSpan();

    expect(sayAll(span)).toBe(span);
    expect(span.end()).toBeUndefined();
  });

  it.each<[string, (start: number) => TimeInput]>([
    ['milliseconds since 1970', (start) => start + 20],
    ['a Date', (start) => new Date(start + 20)],
    ['seconds and nanoseconds', (start) => [Math.floor((start + 20) / 1000), ((start + 20) % 1000) * 1e6]],
    ['a moment of performance.now()', (start) => start + 20 - performance.timeOrigin],
  ])('takes times as %s', (_case, end) => {
    const memory = recordInMemory();
    const start = Date.now();

    trace.getTracer('x').startSpan('timed', { startTime: start }).end(end(start));

    const { startTimeNs, endTimeNs } = spanNamed(memory, 'timed');
    expect(Number(endTimeNs - startTimeNs) / 1e6).toBeCloseTo(20, 1);
  });

  it('ends no earlier than it began, and now where the time is none', () => {
    const memory = recordInMemory();

    trace.getTracer('x').startSpan('early').end(1);
    trace.getTracer('x').startSpan('odd').end(Number.NaN);

    const durations = ['early', 'odd']
      .map((name) => spanNamed(memory, name))
      .map((span) => span.endTimeNs - span.startTimeNs);
    expect(durations.every((duration) => duration >= 0n)).toBe(true);
  });

  it.each([
    ['an object', { input_tokens: 3, output_tokens: 4, total_tokens: 7 }],
    ['JSON text', '{"input_tokens":3,"output_tokens":4,"total_tokens":7}'],
  ])('takes its usage from the attribute as %s', (_case, usage) => {
    const memory = recordInMemory();

    withSpan({ name: 'llm', attributes: { 'mlflow.chat.tokenUsage': usage } }, () => 1);

    expect(spanNamed(memory, 'llm').tokenUsage).toEqual({ inputTokens: 3, outputTokens: 4, totalTokens: 7 });
    expect(memory.traces[0]?.info.tokenUsage?.totalTokens).toBe(7);
  });

  it('keeps every count it is given, and works out the total', () => {
    const memory = recordInMemory();
    const usage = {
      inputTokens: 5,
      outputTokens: 2,
      cacheReadInputTokens: 3,
      cacheCreationInputTokens: 1,
      reasoningTokens: 1,
    };

    withSpan({ name: 'llm', type: 'LLM', model: 'm', provider: 'p' }, (span) => void span.setTokenUsage(usage));
    withSpan({ name: 'total only' }, (span) => void span.setTokenUsage({ totalTokens: 9 }));

    expect(spanNamed(memory, 'llm').tokenUsage).toEqual({ ...usage, totalTokens: 7 });
    expect(memory.traces[0]?.info.tokenUsage).toEqual({ ...usage, totalTokens: 7 });
    expect(spanNamed(memory, 'llm').getAttribute('mlflow.llm.provider')).toBe('p');
    expect(spanNamed(memory, 'total only').tokenUsage).toEqual({ inputTokens: 0, outputTokens: 0, totalTokens: 9 });
  });

  it('counts tokens as far as whole numbers are exact, and so does its trace', () => {
    const memory = recordInMemory();
    const most = Number.MAX_SAFE_INTEGER;

    withSpan({ name: 'llm' }, (span) => void span.setTokenUsage({ inputTokens: most, outputTokens: 1 }));

    expect(spanNamed(memory, 'llm').tokenUsage?.totalTokens).toBe(most);
    expect(memory.traces[0]?.info.tokenUsage?.totalTokens).toBe(most);
  });

  it.each<[string, (span: LiveSpan, unreadable: never) => unknown]>([
    ['attributes', (span, unreadable) => span.setAttributes(unreadable).setAttribute('key', unreadable)],
    ['the key of an attribute', (span, unreadable) => span.setAttribute(unreadable, 1)],
    ['the attributes of an event', (span, unreadable) => span.addEvent('event', unreadable)],
    ['the name of an event', (span, unreadable) => span.addEvent(unreadable)],
    ['the time of an event', (span, unreadable) => span.addEvent('event', {}, unreadable)],
    ['a link', (span, unreadable) => span.addLink(unreadable)],
    ['the attributes of a link', (span, attributes) => span.addLink({ context: span.spanContext(), attributes })],
    ['links', (span, unreadable) => span.addLinks(unreadable)],
    ['a status', (span, unreadable) => span.setStatus(unreadable)],
    ['the message of a status', (span, message) => span.setStatus({ code: SpanStatusCode.ERROR, message })],
    ['a name', (span, unreadable) => span.updateName(unreadable)],
    ['an exception', (span, unreadable) => span.recordException(unreadable)],
    ['the time of an exception', (span, unreadable) => span.recordException('exception', unreadable)],
    ['inputs and outputs', (span, unreadable) => span.setInputs(unreadable).setOutputs(unreadable)],
    ['a usage', (span, unreadable) => span.setTokenUsage(unreadable)],
    ['the time of its end', (span, unreadable) => span.end(unreadable)],
    ['the name of another', (_span, unreadable) => trace.getTracer('x').startSpan(unreadable).end()],
    ['the options of another', (_span, unreadable) => trace.getTracer('x').startSpan('other', unreadable).end()],
    ['its links', (_span, links) => trace.getTracer('x').startSpan('other', { links }).end()],
    ['its start', (_span, startTime) => trace.getTracer('x').startSpan('other', { startTime }).end()],
    ['its attributes', (_span, attributes) => trace.getTracer('x').startSpan('other', { attributes }).end()],
    ['what is said of its trace', (_span, unreadable) => updateCurrentTrace(unreadable)],
    ['tags of its trace', (_span, tags) => updateCurrentTrace({ tags })],
    ['a message', (_span, unreadable) => recordMessage(unreadable)],
    ['a session', (_span, unreadable) => withSession(unreadable, () => 1)],
  ])('throws nothing into the program where %s cannot be read', (_case, say) => {
    const memory = recordInMemory({ onError: () => {} });
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();

    const result = withSpan('span', (span) => {
      say(span, proxy as never);
      return 'result';
    });

    expect(result).toBe('result');
    expect(memory.traces).toHaveLength(1);
  });

  it('bounds its attributes, events and links', () => {
    const memory = recordInMemory();

    withSpan({ name: 'many' }, (span) => {
      for (let index = 0; index < 1100; index += 1) {
        span.setAttribute(`key ${index}`, index).addEvent('event').addLink({ context: span.spanContext() });
      }
      span.setAttribute('key 0', 'changed');
    });

    const { attributes, events, links } = spanNamed(memory, 'many');
    expect([events.length, links.length, attributes['key 0'], attributes['key 1099']]).toEqual([
      1000,
      1000,
      'changed',
      undefined,
    ]);
  });
});

describe('a context', () => {
  it('keeps values of others through decorated calls, and can forget the span', () => {
    const memory = recordInMemory();
    const key = createContextKey('mine');
    const seen = traceTool(() => [
      context.active().getValue(key),
      trace.getSpan(context.active().deleteValue(key)) === trace.getActiveSpan(),
      trace.getSpan(trace.deleteSpan(context.active())),
    ]);

    const values = context.with(context.active().setValue(key, 'value'), () => seen());

    expect(values).toEqual(['value', true, undefined]);
    expect(memory.traces).toHaveLength(1);
  });

  it('can be bound to a function, and to nothing else', () => {
    recordInMemory();
    const key = createContextKey('mine');
    const bound = context.bind(context.active().setValue(key, 1), (a: number, b: number) => [
      context.active().getValue(key),
      a + b,
    ]);

    expect([bound(2, 3), bound.length, context.bind(context.active(), 'text')]).toEqual([[1, 5], 2, 'text']);
  });

  it('in which tracing is suppressed makes no spans', () => {
    const memory = recordInMemory();
    const suppressed = context.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);

    const results = context.with(suppressed, () => [
      traceTool(() => 1)(),
      withSpan({ name: 'x' }, (span) => span.isRecording()),
      trace.getTracer('x').startSpan('y').isRecording(),
      trace.getTracer('x').startActiveSpan('z', (span) => span.isRecording()),
    ]);

    expect([results, memory.traces]).toEqual([[1, false, false, false], []]);
  });

  it('in which tracing is suppressed inside a span makes none, and hides none', () => {
    const memory = recordInMemory();
    const suppress = (on: boolean) =>
      context.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), on);
    const tool = traceTool(() => trace.getActiveSpan() !== undefined, { name: 'tool' });
    const outer = traceTool(() => [
      context.with(suppress(true), () => [tool(), trace.getTracer('x').startSpan('y').isRecording()]),
      context.with(suppress(false), () => tool()),
    ]);

    const results = outer();

    expect(results).toEqual([[true, false], true]);
    expect(memory.traces.map((each) => each.data.spans.length)).toEqual([2]);
  });
});

import { join } from 'node:path';
import { SpanStatusCode, type TimeInput, trace } from '@opentelemetry/api';
import { FileExporter, InMemoryExporter, init, readTraceFile, shutdown, type Trace } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/temporary-folder.js';

const tracer = trace.getTracer('some-library');
const memory = new InMemoryExporter();
const errors: unknown[] = [];
const temporaryFolder = temporaryFolders();
let file: FileExporter;

beforeEach(() => {
  file = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
  init({ exporters: [memory, file], onError: (error) => errors.push(error) });
});

afterEach(async () => {
  await shutdown();
  memory.clear();
  errors.length = 0;
});

/** What stands in the file, read as its readers do. */
async function stored(): Promise<readonly Trace[]> {
  const traces: Trace[] = [];
  for await (const each of readTraceFile(file.path)) traces.push(each as Trace); // or a bad line, which fails below
  return traces;
}

function unreadable(): never {
  throw new Error('not to be read');
}

const furthest = 2n ** 63n;

describe('the times of a foreign span', () => {
  it.each<[string, unknown]>([
    ['no number of seconds', [Number.NaN, 1]],
    ['an empty pair', []],
    ['a pair of others', [Symbol('s'), 1n]],
    ['more than a Date holds', 2 ** 53],
    ['the far past', -1e300],
    ['the far future', 1e300],
    ['a pair in the far future', [1e300, 0]],
    ['no end of time', Number.POSITIVE_INFINITY],
    ['no beginning of time', Number.NEGATIVE_INFINITY],
    ['no Date', new Date(Number.NaN)],
    ['the last Date', new Date(8.64e15)],
    ['the first Date', new Date(-8.64e15)],
    ['a symbol', Symbol('t')],
    ['null', null],
    ['an object', { valueOf: unreadable }],
  ])('lose no trace, be they %s', async (_case, odd) => {
    const time = odd as TimeInput;

    tracer.startSpan('start', { startTime: time }).end();
    tracer.startSpan('end').end(time);
    tracer.startSpan('both', { startTime: time }).end(time);
    tracer.startSpan('event').addEvent('odd', {}, time).end();

    expect(errors).toEqual([]);
    expect((await stored()).map((each) => each.toJSON())).toEqual(memory.traces.map((each) => each.toJSON()));
    const times = memory.traces.flatMap(({ data }) =>
      data.spans.flatMap((span) => [span.startTimeNs, span.endTimeNs, ...span.events.map((event) => event.timeNs)]),
    );
    expect(times).toHaveLength(9);
    expect(times.filter((ns) => ns < 0n || ns >= furthest)).toEqual([]);
    expect(memory.traces.filter(({ info }) => Number.isNaN(new Date(info.requestTime).getTime()))).toEqual([]);
  });

  it.each([0, -1, -1.5])('may be the millisecond %d of the process: the span has ended all the same', (time) => {
    tracer.startSpan('early', { startTime: time }).end(time);

    const [span] = memory.traces[0]?.data.spans ?? [];
    expect(memory.traces.map(({ info }) => info.state)).toEqual(['OK']);
    expect([span?.getAttribute('traced_agents.unfinished'), span?.endTimeNs]).toEqual([undefined, span?.startTimeNs]);
  });
});

describe('the status of a foreign span', () => {
  it.each<[string, unknown]>([
    ['a message that cannot be read', { toString: unreadable }],
    ['a message that is no text', Symbol('bad')],
  ])('is kept with %s', async (_case, message) => {
    tracer
      .startSpan('failed')
      .setStatus({ code: SpanStatusCode.ERROR, message: message as string })
      .end();

    expect(errors).toEqual([]);
    expect((await stored()).map(({ info }) => info.state)).toEqual(['ERROR']);
  });

  it.each([99, 'ERROR', null])('is not taken from the code %s', async (code) => {
    tracer
      .startSpan('odd')
      .setStatus({ code: code as never })
      .end();

    expect(errors).toEqual([]);
    expect((await stored()).map(({ data }) => data.spans[0]?.status.code)).toEqual(['UNSET']);
  });
});

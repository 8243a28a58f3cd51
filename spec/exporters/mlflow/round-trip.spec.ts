import fc from 'fast-check';
import { MlflowExporter, type Trace } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumTokenUsage } from '../../../lib/usage/sum-token-usage.js';
import { topmostValues } from '../../../lib/usage/topmost-values.js';
import { anyTraceParts } from '../../support/any-trace.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { type Described, type DescribedSpan, described, readByMlflow } from '../../support/python-traces.js';
import { aTrace, type TraceParts } from '../../support/traces.js';

/** As tracing makes them: a tree under its first span, some of it begun before that and some ended after. */
const trees: fc.Arbitrary<TraceParts> = anyTraceParts.map(({ spans = [{}], ...trace }) => {
  const tree = spans.length === 0 ? [{}] : spans;
  const [root, ...others] = tree.map(({ parent = 0, startMs = 0, ...span }, index) => ({
    ...span,
    ...(index === 0 ? {} : { parent: 1 + (Number(parent) % index), startMs: startMs - 10 }),
  }));
  return { ...trace, spans: [{ ...root, startMs: 0 }, ...others] };
});

/** With the tokens of all spans, each counted once. */
function withId(given: TraceParts, number: number): Trace {
  const { usage: _usage, ...parts } = { ...given, id: `tr-${number.toString(16).padStart(32, '0')}` };
  const usages = topmostValues(aTrace(parts).data.spans, ({ tokenUsage }) => tokenUsage);
  return aTrace({ ...parts, ...(usages.length === 0 ? {} : { usage: sumTokenUsage(usages) }) });
}

/** All in which a trace that was stored differs, on purpose, from the one that was sent: what is left out of both, or made alike. */
const differences: Readonly<Record<string, (trace: Described) => Described>> = {
  'halves of characters and NUL are U+FFFD: a database cannot hold them': (trace) => storable(trace) as Described,
  'spans stand in the order in which they began': ({ spans, ...trace }) => ({ ...trace, spans: spans.toSorted(byId) }),
  'the server says where it keeps a trace': ({ tags, metadata, ...trace }) => ({
    ...trace,
    tags: without(tags, /^mlflow\.(artifactLocation|trace\.spansLocation)$/),
    metadata: without(metadata, /^mlflow\.trace\.infoFinalized$/),
  }),
  'a root carries tags, session and user of its trace': ({ spans, ...trace }) => ({
    ...trace,
    spans: spans.map(({ attributes, ...span }) => ({
      ...span,
      attributes: without(attributes, /^(mlflow\.traceTag\.[^]*|session\.id|user\.id)$/),
    })),
  }),
  'the version of the schema is none of what spans tell': ({ metadata, ...trace }) => ({
    ...trace,
    metadata: without(metadata, /^mlflow\.trace_schema\.version$/),
  }),
  'an empty user is none': ({ metadata, ...trace }) => ({
    ...trace,
    metadata: metadata['mlflow.trace.user'] === '' ? without(metadata, /^mlflow\.trace\.user$/) : metadata,
  }),
  'the usage of a trace is spelt with blanks': ({ metadata, ...trace }) => ({
    ...trace,
    metadata: withUsageRead(metadata),
  }),
};

describe.skipIf(noServer !== undefined)('a trace that was written to a real server', () => {
  const traces = fc.sample(trees, { numRuns: 300, seed: 5 }).map((trace, index) => withId(trace, index + 1));
  let server: MlflowServer;
  let exporter: MlflowExporter;

  beforeAll(async () => {
    server = await startMlflow();
    exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'round trip' });
    for (let start = 0; start < traces.length; start += 32) {
      await exporter.export(traces.slice(start, start + 32), { signal: new AbortController().signal });
    }
  });

  afterAll(() => server?.stop());

  it('comes back as it was', async () => {
    const stored = [];
    for (const { info } of traces) stored.push(await exporter.getTrace(info.traceId));

    expect(stored.map((trace) => asStored(described(trace as Trace)))).toEqual(
      traces.map((trace) => asStored(described(trace))),
    );
  });

  it('is the same for Python', () => {
    const ids = traces.map(({ info }) => info.traceId);

    expect(readByMlflow(ids, server.url).map(asStored)).toEqual(traces.map((trace) => asStored(described(trace))));
  });
});

function asStored(trace: Described): Described {
  return Object.values(differences).reduce((changed, change) => change(changed), trace);
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), storable(part)]));
}

function byId(left: DescribedSpan, right: DescribedSpan): number {
  return left.spanId < right.spanId ? -1 : 1;
}

function without<Value>(record: Readonly<Record<string, Value>>, keys: RegExp): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.test(key)));
}

function withUsageRead(metadata: Described['metadata']): Described['metadata'] {
  const { 'mlflow.trace.tokenUsage': usage, ...others } = metadata;
  return usage === undefined ? others : { ...others, 'mlflow.trace.tokenUsage': JSON.stringify(JSON.parse(usage)) };
}

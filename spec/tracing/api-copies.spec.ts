import { createRequire } from 'node:module';
import { shutdown, traceTool } from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordInMemory, treeOf } from '../support/recording.js';

const require = createRequire(import.meta.url);
const path = require.resolve('@opentelemetry/api');
const odd = '/elsewhere/node_modules/@opentelemetry/api/dist/index.cjs';
const cache = { ...require.cache };

let second: typeof import('@opentelemetry/api');

beforeAll(() => {
  for (const each of Object.keys(require.cache).filter((key) => key.includes('@opentelemetry')))
    delete require.cache[each];
  second = require('@opentelemetry/api');
});

afterEach(async () => {
  delete require.cache[odd];
  await shutdown();
});

afterAll(() => {
  Object.assign(require.cache, cache);
});

describe("other copies of OpenTelemetry's API", () => {
  it('hand on the spans of tracers that were taken before init(), as long as tracing is set up', async () => {
    const tracer = second.trace.getTracer('early');
    const memory = recordInMemory();

    traceTool(() => tracer.startSpan('inner').end(), { name: 'outer' })();
    await shutdown();

    expect(memory.traces.map(treeOf)).toEqual(['outer[inner]']);
    expect(tracer.startSpan('late').isRecording()).toBe(false);
    expect(second.trace.getTracer('later').startSpan('late').isRecording()).toBe(false);
  });

  it.each([
    ['no copy', undefined],
    ['half a copy', { trace: { getTracerProvider: () => ({}) } }],
    ['one that throws', { trace: { getTracerProvider: () => expect.fail('not usable') } }],
  ])('may be anything: %s', (_name, exports) => {
    require.cache[odd] = { ...require.cache[path], exports } as NodeJS.Module;

    expect(() => recordInMemory()).not.toThrow();
  });
});

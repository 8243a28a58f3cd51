import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/*
 * The least that a recorder has to do, by hand: one context, two clock reads, one random id, one JSON text of the input and one
 * of the output, one push. `limit-otlp` writes OTLP's JSON of it, too.
 */
export function limit(toBytes) {
  const storage = new AsyncLocalStorage();
  let ended = [];
  let bytes = 0;
  const flush = async () => {
    if (toBytes) bytes += toBytes(ended);
    ended = [];
    return bytes;
  };
  const begin = (name, args) => {
    const parent = storage.getStore();
    const traceId = parent === undefined ? randomBytes(16).toString('hex') : parent.traceId;
    return {
      name,
      traceId,
      parentId: parent?.id,
      id: randomBytes(8).toString('hex'),
      start: performance.now(),
      end: 0,
      inputs: JSON.stringify(args),
      outputs: '',
    };
  };
  const finish = (span, output) => {
    span.outputs = JSON.stringify(output) ?? '';
    span.end = performance.now();
    ended.push(span);
    if (ended.length >= 512) void flush();
    return output;
  };
  const wrap =
    (name, fn) =>
    (...args) => {
      const span = begin(name, args);
      const result = storage.run(span, fn, ...args);
      return result instanceof Promise ? result.then((value) => finish(span, value)) : finish(span, result);
    };
  const stream =
    (name, fn) =>
    (...args) => {
      const span = begin(name, args);
      const source = fn(...args);
      const chunks = [];
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          const step = await storage.run(span, () => source.next());
          if (step.done) finish(span, chunks);
          else chunks.push(step.value);
          return step;
        },
      };
    };
  return { agent: wrap, llm: wrap, tool: wrap, stream, flush };
}

export const setUp = async () => limit(undefined);

const identity = { agent: (_, fn) => fn, llm: (_, fn) => fn, tool: (_, fn) => fn };
export const bare = async () => ({
  ...identity,
  tool: (_name, fn) => guarded(fn),
  llm: (_name, fn) => guarded(fn),
  agent: (_name, fn) => guarded(fn),
  flush: async () => 0,
});

let recorder;
function guarded(fn) {
  return (...args) => (recorder === undefined ? fn(...args) : undefined);
}

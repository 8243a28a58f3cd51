/*
 * What cannot be left out, by hand: one context, two clock reads, one random id, one JSON text of the input and one of the
 * output, one push. A trace is called by the id of its root. Every other figure is a multiple of this one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';

const storage = new AsyncLocalStorage();
let isOn = false;
let ended = [];
const pool = Buffer.allocUnsafe(8192);
let used = pool.length;

/** @param {import('../measure.js').Sink} sink */
export async function setUp(sink, toBytes = linesOf) {
  isOn = true;
  return {
    flush() {
      sink.take(ended, toBytes);
      ended = [];
    },
  };
}

export function wrappers() {
  return { agent: wrap, llm: wrap, tool: wrap, stream: wrapStream };
}

/** Lines of JSON; the payload is JSON already and goes in as it is. */
export function linesOf(spans) {
  let text = '';
  for (const { name, id, traceId, parentId, start, end, inputs, outputs } of spans) {
    text += `{"name":"${name}","id":"${id}","trace":"${traceId}","parent":"${parentId}","start":${start},"end":${end},"inputs":${inputs},"outputs":${outputs}}\n`;
  }
  return Buffer.from(text);
}

function wrap(name, fn) {
  return function (...args) {
    if (!isOn) return fn.apply(this, args);
    const span = begin(name, args);
    const result = storage.run(span, () => fn.apply(this, args));
    return result instanceof Promise ? result.then((value) => finish(span, value)) : finish(span, result);
  };
}

function wrapStream(name, fn) {
  return async function* (...args) {
    const span = begin(name, args);
    const source = fn.apply(this, args);
    const chunks = [];
    for (;;) {
      const step = await storage.run(span, () => source.next());
      if (step.done) break;
      chunks.push(step.value);
      yield step.value;
    }
    finish(span, chunks);
  };
}

function begin(name, args) {
  const parent = storage.getStore();
  const id = randomId();
  return {
    name,
    id,
    traceId: parent === undefined ? id : parent.traceId,
    parentId: parent?.id,
    start: performance.now(),
    end: 0,
    inputs: JSON.stringify(args),
    outputs: '',
  };
}

/** Out of a pool: a call of the system's generator for each id costs more than all the rest, and can be left out. */
function randomId() {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 8;
  return pool.toString('hex', used - 8, used);
}

function finish(span, value) {
  span.outputs = JSON.stringify(value);
  span.end = performance.now();
  ended.push(span);
  return value;
}

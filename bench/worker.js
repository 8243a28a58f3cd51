/* Measures one subject in a process of its own, and prints what it found as JSON. */
import { measure } from './measure.js';
import { workloads } from './workloads.js';

const [subject, mode, names, scale] = process.argv.slice(2);
const { setUp, bare } = await import(`./subjects/${subject}.js`);
const plain = { agent: (_, fn) => fn, llm: (_, fn) => fn, tool: (_, fn) => fn, stream: (_, fn) => fn };
const results = {};

const trace = mode === 'off' ? await bare() : await setUp({ toBytes: mode === 'bytes' });
for (const name of names.split(',')) {
  const { turns, spans, build } = workloads[name];
  if (name === 'stream' && trace.stream === undefined) continue;
  if (name === 'sync' && subject === 'traceloop') continue;
  const many = Math.max(2, Math.round(turns * Number(scale) * (mode === 'off' ? 3 : 1)));
  results[name] = await measure({ turns: many, spans, bare: build(plain), traced: build(trace), flush: trace.flush });
}
console.log(JSON.stringify(results));
process.exit(0);

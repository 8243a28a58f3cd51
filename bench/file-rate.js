/*
 * Traces of seven spans into a file, in a process of its own: the limit writes batches, the package each trace before its root
 * settles; some 2 KB a trace in the limit's compact lines. Prints traces a kernel's time, and how many lines are in the file.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { FileExporter, init } from '../dist/bundle/index.js';
import { kernel, Sink } from './measure.js';
import * as limit from './subjects/limit.js';
import * as tracedAgents from './subjects/traced-agents.js';
import { nestedAgent } from './workloads.js';

const [, , subject, path, count] = process.argv;
const traces = Number(count);
const { agent, flush } = subject === 'limit' ? await limitInto(path) : await packageInto(path);

await runTraces(500);
const unit = kernel().wall;
const since = performance.now();
await runTraces(traces);
const milliseconds = performance.now() - since;
const lines = readFileSync(path, 'utf8').split('\n').length - 1;
console.log(
  JSON.stringify({
    rate: (traces / milliseconds) * unit,
    perSecond: (traces / milliseconds) * 1000,
    lost: (traces + 500) * (subject === 'limit' ? 7 : 1) - lines,
  }),
);
process.exit();

async function runTraces(many) {
  for (let index = 0; index < many; index += 1) {
    await agent(`Question ${index}: ${'what does a traced agent tell, and why? '.repeat(2)}`);
    if (index % 73 === 0) flush(); // some 512 spans
  }
  flush();
}

async function limitInto(file) {
  const descriptor = openSync(file, 'a');
  process.on('exit', () => closeSync(descriptor));
  const sink = new Sink();
  sink.isWriting = true;
  const { flush } = await limit.setUp(sink, (spans) => {
    const bytes = limit.linesOf(spans);
    writeSync(descriptor, bytes);
    return bytes;
  });
  return { agent: nestedAgent(limit.wrappers()), flush };
}

async function packageInto(file) {
  init({ exporters: [new FileExporter({ path: file })] });
  return { agent: nestedAgent(tracedAgents.wrappers()), flush: () => {} };
}

/*
 * Traces of seven spans into a file, in a process of its own: the limit writes batches, the package each trace before its root
 * settles; some 3 KB a trace in the limit's compact lines, 6 KB in MLflow's. Prints traces a second, and how many are missing. No
 * kernel stands beside it: in the process of one subject that takes up to a fifth longer than in the other's, whatever the machine does.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { FileExporter, init } from '../dist/bundle/index.js';
import { Sink } from './measure.js';
import * as limit from './subjects/limit.js';
import * as tracedAgents from './subjects/traced-agents.js';
import { nestedAgent } from './workloads.js';

const [, , subject, path, count] = process.argv;
const traces = Number(count);
/** What is done once a trace is compiled after some thousand of them; this row tells of compiled code, as the others do. */
const warmUp = 5000;
const { agent, flush } = subject === 'limit' ? await limitInto(path) : await packageInto(path);

await runTraces(warmUp);
const since = performance.now();
await runTraces(traces);
const seconds = (performance.now() - since) / 1000;
const lines = readFileSync(path, 'utf8').split('\n').length - 1;
const missing = (traces + warmUp) * (subject === 'limit' ? 7 : 1) - lines;
console.log(JSON.stringify({ perSecond: traces / seconds, lost: missing }));
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

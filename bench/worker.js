/*
 * One subject, set up (`on`) or only imported (`off`), in a process of its own. Says what it can do, then answers each name of
 * a workload with its figures. Ends with its parent.
 */
import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as timeout } from 'node:timers/promises';
import { Program, Sink } from './measure.js';
import { workloads } from './workloads.js';

const [, , subject, mode, milliseconds] = process.argv;
const plain = { agent: same, llm: same, tool: same, stream: same };
const sink = new Sink();
const programs = new Map();

process.on('disconnect', () => process.exit());

try {
  const { setUp, wrappers, exportsTraces = false, lacks = [] } = await import(`./subjects/${subject}.js`);
  const { flush } = mode === 'on' ? await setUp(sink) : {};
  const trace = wrappers();
  await waitAsProgramsDo(trace);
  for (const [name, workload] of Object.entries(workloads)) {
    if (lacks.includes(name)) continue;
    const calls = mode === 'on' ? workload.calls : workload.calls * 10; // a call that does nothing is short
    const parts = { bare: workload.build(plain), traced: workload.build(trace), flush, calls };
    programs.set(name, { program: new Program(workload, parts), workload, isWarm: false });
  }
  process.on('message', (name) => answer(name, exportsTraces).then(send, (error) => send({ error: String(error) })));
  send({ workloads: [...programs.keys()] });
} catch (error) {
  send({ missing: String(error.message).split('\n')[0] });
}

async function answer(name, exportsTraces) {
  const entry = programs.get(name);
  const { program, workload } = entry;
  if (!entry.isWarm) {
    for (let time = 0; time < 3; time += 1) await program.warmUp(Number(milliseconds));
    entry.isWarm = true;
  }
  const [made, received] = [program.made, sink.received];
  const figures = await program.measure(sink);
  const expected = (program.made - made) * (exportsTraces ? 1 : workload.spansPerCall);
  return { figures, lost: mode === 'on' ? expected - (sink.received - received) : 0 };
}

/**
 * Every program with agents waits for timers, turns of the event loop and files. Node's hooks for asynchronous contexts are slower from
 * then on, whoever uses them, so that each subject is measured in that state. The loops that follow wait for nothing.
 */
async function waitAsProgramsDo(trace) {
  const wait = trace.tool('wait', async () => {
    await nextTurn();
    await timeout(1);
    await readFile(new URL(import.meta.url));
    await new Promise((resolve) => process.nextTick(() => Promise.resolve().then(resolve)));
  });
  for (let time = 0; time < 20; time += 1) await wait();
}

function same(_name, fn) {
  return fn;
}

function send(message) {
  process.send?.(message);
}

/* Figures that are measured once: memory, files, import, install. Each runs in a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');

function run(code, args = []) {
  return execFileSync(process.execPath, [...args, '--input-type=module', '--eval', code], {
    cwd: here,
    encoding: 'utf8',
  });
}

const program = `
  const llm = traceLLM(async (text) => ({ content: text }), { name: 'llm' });
  const tool = traceTool((text) => ({ found: text }), { name: 'tool' });
  const agent = traceAgent(async (text) => { for (let i = 0; i < 3; i += 1) { await llm(text); tool(text); } return text; }, { name: 'agent' });`;

/** 100 000 traces of seven spans in a row: how many arrived, peak memory over the start, heap that stays. */
export function memory() {
  return JSON.parse(
    run(
      `import { init, traceAgent, traceLLM, traceTool } from 'traced-agents';
       let received = 0;
       init({ exporters: [{ name: 'bench', delivery: 'inline', export: (traces) => { received += traces.length; } }] });
       ${program}
       const start = process.memoryUsage().rss;
       let peak = 0;
       for (let i = 0; i < 100000; i += 1) { await agent('question ' + i); if (i % 500 === 0) peak = Math.max(peak, process.memoryUsage().rss); }
       gc(); const heap = process.memoryUsage().heapUsed;
       for (let i = 0; i < 10000; i += 1) await agent('question ' + i);
       gc();
       console.log(JSON.stringify({ received: received - 10000, rssMb: (peak - start) / 1e6, heapKb: (process.memoryUsage().heapUsed - heap) / 1e3 }));`,
      ['--expose-gc'],
    ),
  );
}

/** Traces a second into a file, against the limit's batched writer in the same run. */
export function fileRate(turns) {
  const folder = mkdtempSync(join(tmpdir(), 'traced-agents-bench-'));
  const ours = `import { FileExporter, init, traceAgent, traceLLM, traceTool } from 'traced-agents';
    init({ exporters: [new FileExporter({ path: ${JSON.stringify(join(folder, 'ours.jsonl'))} })] });
    ${program}
    const go = async (n) => { for (let i = 0; i < n; i += 1) await agent('question ' + i); };`;
  const limit = `import { closeSync, openSync, writeSync } from 'node:fs';
    import { limit } from './subjects/limit.js';
    const file = openSync(${JSON.stringify(join(folder, 'limit.jsonl'))}, 'a');
    const recorder = limit((spans) => { writeSync(file, spans.map((span) => JSON.stringify(span) + '\\n').join('')); return 0; });
    const traceLLM = (fn, { name }) => recorder.llm(name, fn), traceTool = traceLLM, traceAgent = traceLLM;
    ${program}
    const go = async (n) => { for (let i = 0; i < n; i += 1) await agent('question ' + i); await recorder.flush(); };`;
  const timed = `await go(500); const since = performance.now(); await go(${turns}); console.log(${turns} / (performance.now() - since));`;
  const ratios = [1, 2, 3].map(() => Number(run(ours + timed)) / Number(run(limit + timed)));
  rmSync(folder, { recursive: true });
  return median(ratios);
}

/** Time to import the package, against importing its three dependencies alone. */
export function importRatio(rounds) {
  const timed = (names) =>
    `const since = performance.now(); await Promise.all([${names.map((name) => `import(${JSON.stringify(name)})`).join()}]); console.log(performance.now() - since);`;
  const ratios = Array.from({ length: rounds }, () => {
    const base = Number(run(timed(['@opentelemetry/api', 'reflect-metadata', 'class-transformer'])));
    return Number(run(timed(['traced-agents']))) / base;
  });
  return median(ratios);
}

/** MB of what is installed: the package as it is packed, its dependencies and its peer. */
export function installMb() {
  const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' }));
  const folders = ['class-transformer', 'ky', 'reflect-metadata', '@opentelemetry/api'].map((name) =>
    join(root, 'node_modules', name),
  );
  return (packed[0].unpackedSize + folders.map(sizeOf).reduce((sum, size) => sum + size, 0)) / 1e6;
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
}

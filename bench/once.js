/* Figures that need a fresh process each time: memory, files, import. And the size of what is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';
import { bareEnvironment, progress } from './rounds.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');

/** What loads a subject. The references are what the package needs itself. */
const imports = {
  references: ['@opentelemetry/api', 'reflect-metadata', 'class-transformer'],
  'traced-agents': ['traced-agents'],
  otel: ['@opentelemetry/api', '@opentelemetry/sdk-trace-node'],
  langfuse: ['@langfuse/tracing', '@langfuse/otel', '@opentelemetry/sdk-trace-node'],
  openinference: ['@arizeai/openinference-core', '@opentelemetry/sdk-trace-node'],
  traceloop: ['@traceloop/node-server-sdk'],
};

/**
 * @param {string} subject
 * @param {'tight' | 'turns'} pace
 * @param {number} traces
 * @returns {{ lostShare: number, peakMb: number, heapKb: number }}
 */
export function memory(subject, pace, traces) {
  progress(`memory ${pace} ${subject}`);
  return runProgram(['--expose-gc', join(here, 'memory.js'), subject, pace, String(traces)]);
}

/**
 * The package's rate over the limit's, the median of the rounds; both write a new file each time. They go first in turn, so that a
 * machine that grows slower favours neither.
 */
export function fileRate(rounds, traces) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const run = (subject, round) => {
      progress(`file ${round + 1}/${rounds} ${subject}`);
      return runProgram([
        join(here, 'file-rate.js'),
        subject,
        join(folder, `${subject}-${round}.jsonl`),
        String(traces),
      ]);
    };
    const pairs = Array.from({ length: rounds }, (_, round) => {
      const order = round % 2 === 0 ? ['traced-agents', 'limit'] : ['limit', 'traced-agents'];
      return Object.fromEntries(order.map((subject) => [subject, run(subject, round)]));
    });
    const ours = pairs.map((pair) => pair['traced-agents']);
    return {
      ratio: median(pairs.map(({ limit }, round) => ours[round].perSecond / limit.perSecond)),
      limitPerSecond: median(pairs.map(({ limit }) => limit.perSecond)),
      lost: ours.reduce((sum, { lost }) => sum + lost, 0),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What a long conversation costs, and reading one back.
 *
 * @param {number} rounds
 * @returns {{ growth: number, reading: number }}
 */
export function conversation(rounds) {
  progress('conversation');
  return runProgram([join(here, 'conversation.js'), String(rounds)]);
}

/** Milliseconds that loading takes, over those of the references in the same round: subject -> median. */
export function importTimes(subjects, rounds) {
  const names = ['references', ...subjects.filter((subject) => subject in imports)];
  const times = Array.from({ length: rounds }, (_, round) => {
    progress(`import ${round + 1}/${rounds}`);
    return Object.fromEntries(names.map((name) => [name, importTime(name)]));
  });
  const ratios = names.map((name) => [name, median(times.map((time) => time[name] / time.references))]);
  return { ratios: new Map(ratios), referencesMs: median(times.map((time) => time.references)) };
}

function importTime(name) {
  const loads = imports[name].map((specifier) => `import('${specifier}')`).join();
  const code = `const since = performance.now(); await Promise.all([${loads}]); console.log(performance.now() - since); process.exit();`;
  const isOurs = name === 'references' || name === 'traced-agents';
  return runProgram(['--input-type=module', '--eval', code], isOurs ? root : here);
}

/** MB on disk of a subject with all it depends on; `undefined` where it is not installed. */
export function installSize(subject) {
  if (subject === 'traced-agents') {
    const { dependencies, peerDependencies } = readJson(join(root, 'package.json'));
    const options = {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    };
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options));
    return (packed.unpackedSize + sizeOfAll(Object.keys({ ...dependencies, ...peerDependencies }), root)) / 1e6;
  }
  return subject in imports ? sizeOfAll(imports[subject], here) / 1e6 : undefined;
}

function sizeOfAll(names, from) {
  const folders = new Set();
  for (const name of names) collectFolders(name, from, folders);
  return [...folders].reduce((sum, folder) => sum + sizeOf(folder), 0);
}

/** The folders of a package and of what it needs, found as Node finds them. */
function collectFolders(name, from, folders) {
  const folder = folderOf(name, from);
  if (folder === undefined || folders.has(folder)) return;
  folders.add(folder);
  const { dependencies, peerDependencies } = readJson(join(folder, 'package.json'));
  for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) collectFolders(needed, folder, folders);
}

function folderOf(name, from) {
  for (let folder = from; folder !== join(folder, '..'); folder = join(folder, '..')) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
  }
  return undefined;
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules') // those count for themselves
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
    }, 0);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** What the program's last line says. */
function runProgram(args, cwd = here) {
  const output = execFileSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: bareEnvironment(),
    timeout: 180_000,
  });
  return JSON.parse(output.trimEnd().split('\n').at(-1));
}

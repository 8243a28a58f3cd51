import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.js', import.meta.url));

/**
 * @typedef {import('./measure.js').Figures} Figures
 * @typedef {object} Results
 * @property {Map<string, Map<string, Figures[]>>} figures Subject, workload, one entry for each round.
 * @property {Map<string, number>} lost What did not arrive at the exporter, by subject.
 * @property {string[]} notes Why there is no row of a subject.
 */

/** The engine tunes each process in its own way, which moves a figure by up to a quarter: so every few rounds have processes of their own. */
const roundsOfProcess = 2;

/**
 * Keeps a process for each subject and asks one after the other, round by round: what slows the machine for a while slows
 * them all.
 *
 * @param {{ mode: 'on' | 'off', subjects: readonly string[], workloads: readonly string[], rounds: number, milliseconds: number }} plan
 * @returns {Promise<Results>}
 */
export async function runRounds({ rounds, ...plan }) {
  const results = { figures: new Map(), lost: new Map(), notes: [] };
  for (let done = 0; done < rounds; done += roundsOfProcess) {
    const wanted = Math.min(roundsOfProcess, rounds - done);
    await runProcesses({ ...plan, wanted, shown: (round) => `${plan.mode} ${done + round}/${rounds}`, results });
  }
  progress('');
  return results;
}

/** The first of their rounds is for warming up. */
async function runProcesses({ mode, subjects, workloads, milliseconds, wanted, shown, results }) {
  const workers = [];
  for (const subject of subjects) {
    const process = start([subject, mode, String(milliseconds)]);
    const { missing, workloads: known } = await process.answer();
    if (missing === undefined)
      workers.push({ subject, process, names: workloads.filter((name) => known.includes(name)) });
    else results.notes.push(`no ${subject} (${mode}): ${missing}`);
  }
  for (let round = 0; round <= wanted; round += 1) {
    const isKept = round > 0;
    for (const name of workloads) await runWorkload({ round: shown(round), isKept, name, workers, results });
  }
  for (const { process } of workers) process.end();
}

async function runWorkload({ round, isKept, name, workers, results }) {
  for (const { subject, process, names } of workers) {
    if (!names.includes(name)) continue;
    progress(`${round} ${name} ${subject}`);
    const { figures, lost, error } = await process.ask(name);
    if (error !== undefined) {
      results.notes.push(`${subject} fails at ${name}: ${error}`);
      names.splice(names.indexOf(name), 1);
      continue;
    }
    results.lost.set(subject, (results.lost.get(subject) ?? 0) + lost);
    if (isKept) listOf(results.figures, subject, name).push(figures);
  }
}

function listOf(figures, subject, name) {
  const bySubject = figures.get(subject) ?? new Map();
  figures.set(subject, bySubject);
  const list = bySubject.get(name) ?? [];
  bySubject.set(name, list);
  return list;
}

function start(args) {
  const child = fork(worker, args, {
    env: bareEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answer = () =>
    new Promise((resolve) => {
      const onExit = (code) => resolve({ missing: `ended with ${code}`, error: `ended with ${code}` });
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message);
      });
    });
  return {
    answer,
    ask: (name) => {
      if (!child.connected) return { error: 'has ended' };
      child.send(name);
      return answer();
    },
    end: () => child.connected && child.disconnect(),
  };
}

/** Without what would set up a subject differently from one machine to the next. */
export function bareEnvironment() {
  const foreign = /^(TRACED_AGENTS|MLFLOW|OTEL|LANGFUSE|TRACELOOP|OPENINFERENCE)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** One line on the terminal that the next one overwrites. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../rounds.js';
import { endWithUs } from './ended-with-us.js';

const program = fileURLToPath(new URL('program.js', import.meta.url));

/**
 * @typedef {object} Work
 * @property {number} processes
 * @property {number} traces Of each.
 * @property {'stay' | 'end'} way
 * @property {string} trackingUri
 * @property {string} experiment
 * @property {string} spoolDir
 * @property {object} [sampling] Options of `init` about it.
 */

/**
 * Starts that many programs, lets them begin together, and gathers what they say in the end.
 *
 * @param {Work} work
 * @param {() => Promise<void>} [meanwhile] What happens to the server while they are at work.
 */
export async function runPrograms({ processes, spoolDir, ...work }, meanwhile = async () => {}) {
  const started = Array.from({ length: processes }, () => start(work, spoolDir));
  await Promise.all(started.map(({ isReady }) => isReady));
  for (const { child } of started) child.send('begin');
  const [ends] = await Promise.all([Promise.all(started.map(({ end }) => end)), meanwhile()]);
  const sum = (figure) => ends.reduce((total, end) => total + figure(end), 0);
  const seconds =
    (Math.max(...ends.map((end) => end.endedAtMs)) - Math.min(...ends.map((end) => end.startedAtMs))) / 1000;
  return {
    seconds,
    recorded: sum((end) => end.recorded),
    exported: sum((end) => end.exported),
    spooled: sum((end) => end.spooled + end.queued),
    recovered: sum((end) => end.recovered),
    dropped: sum((end) => end.lost),
    reasons: [...new Set(ends.flatMap((end) => Object.keys(end.dropped)))],
    cpuMs: sum((end) => end.cpuMs),
    cpuMsPerTrace: sum((end) => end.cpuMs) / sum((end) => end.recorded),
    longestExitMs: Math.max(...ends.map((end) => end.exitMs)),
    sent: sum((end) => end.requests.sent),
    refused: sum((end) => end.requests.refused),
    unanswered: sum((end) => end.requests.unanswered),
  };
}

function start(work, spoolDir) {
  const child = fork(program, [JSON.stringify({ longestMs: 90_000, ...work })], {
    env: { ...bareEnvironment(), TRACED_AGENTS_SPOOL_DIR: spoolDir },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  endWithUs(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const end = new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`A program ended with ${code}.`)),
    );
  });
  const isReady = Promise.race([end, new Promise((resolve) => child.once('message', resolve))]);
  return { child, isReady, end };
}

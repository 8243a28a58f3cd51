import { readFileSync } from 'node:fs';
import { processWide } from '../../utils/process-wide.js';

/** Where the system does not tell; in whole minutes, so that the threads of a process agree. */
const startedMinute = processWide('process-start', () => `m${Math.round((Date.now() / 1000 - process.uptime()) / 60)}`);
let own: string | undefined;

/** When this process began, in words that no clock that is set changes. */
export function thisStart(): string {
  own ??= startOf(process.pid) ?? startedMinute;
  return own;
}

/**
 * When a process that runs began; `undefined` where the system does not tell (all but Linux). Empty where it has ended, and its parent has
 * not asked how: in a container that may last for as long as it.
 */
export function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name of the program, which may hold anything: the 20th field, in ticks since the system began.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : fields[19];
  } catch {
    return undefined;
  }
}

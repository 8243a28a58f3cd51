/* What the bench has started, and ends by its id whatever happens to the bench itself (but SIGKILL). */
import { rmSync } from 'node:fs';

const acts = new Set();

process.on('exit', () => {
  for (const act of [...acts].reverse()) act();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/**
 * Kills a child when this process ends; earlier by calling the function. `isGroup`: its children as well. `signal`: for one that ends its
 * children itself, if it is let.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => Promise<void>} Settles when it is gone.
 */
export function endWithUs(child, { isGroup = false, signal = 'SIGKILL' } = {}) {
  const gone = new Promise((resolve) => child.once('close', resolve));
  const kill = () => {
    acts.delete(kill);
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(isGroup ? -child.pid : child.pid, signal);
    } catch {
      // gone meanwhile
    }
  };
  acts.add(kill);
  child.once('close', () => acts.delete(kill));
  return async () => {
    kill();
    await gone;
  };
}

/** Deletes a folder when this process ends. */
export function deleteWithUs(folder) {
  acts.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
}

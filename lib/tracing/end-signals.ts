const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Before a signal ends the process, lets `beforeEnd` have its say, then ends it as the signal would have: same exit code, and at
 * once for a second signal. Where the program listens to a signal itself, its end is left to the program.
 *
 * @returns what takes the listeners away.
 */
export function watchEndSignals(beforeEnd: () => Promise<unknown>): () => void {
  let isEnding = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    const end = (): void => {
      stop();
      process.kill(process.pid, signal);
    };
    if (isEnding) {
      end();
      return;
    }
    isEnding = true;
    void beforeEnd().finally(end); // whatever comes of it, the signal ends the process
  };
  const stop = (): void => {
    for (const signal of endSignals) process.removeListener(signal, onSignal);
  };
  for (const signal of endSignals) process.on(signal, onSignal);
  return stop;
}

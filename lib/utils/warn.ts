import { setImmediate } from 'node:timers';

const ignoreEvent = (): void => {};

/**
 * Emits a process warning, which Node shows on stderr. Where nobody reads that (a pipe whose reader has gone, a full disk), Node
 * itself survives its first failed write there, and ends the process at the second: it must not end for a warning of ours.
 */
export function warn(message: string, options: { readonly type: string; readonly code: string }): void {
  ignoreErrorsOf(process.stderr);
  process.emitWarning(message, options);
}

/** For this turn of the event loop: Node writes the warning, and tells of the failure, before the next. */
function ignoreErrorsOf(stream: NodeJS.WriteStream): void {
  if (stream.listeners('error').includes(ignoreEvent)) return;
  stream.on('error', ignoreEvent);
  setImmediate(() => stream.off('error', ignoreEvent)).unref();
}

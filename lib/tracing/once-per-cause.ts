import { ExportError, type TracingError } from '../errors.js';

const maxCauses = 100;

/**
 * An `onError` that is told of each cause once: thousands of traces may fail for the same reason. It cannot fail itself.
 * Without one of the user's, a process warning is emitted.
 */
export function oncePerCause(onError: ((error: TracingError) => void) | undefined): (error: TracingError) => void {
  const told = new Set<string>();
  return (error) => {
    const cause = `${error.name}/${error instanceof ExportError ? error.exporter : ''}/${String(error.message).replace(/\d+/g, '#')}`;
    if (told.has(cause) || told.size >= maxCauses) return;
    told.add(cause);
    try {
      if (onError !== undefined) onError(error);
      else process.emitWarning(error.message, { type: error.name, code: 'TRACED_AGENTS' });
    } catch {
      // Who is told of errors has nobody left to tell of its own.
    }
  };
}

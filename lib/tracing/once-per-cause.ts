import { ExportError, TracingError } from '../errors.js';
import { disown } from '../utils/answer-now.js';
import { redactText } from './capture/redact-text.js';
import { SecretKeys } from './capture/secret-keys.js';

/** Who is told of errors, and what is hidden from them. */
export interface OncePerCauseOptions {
  /** @default a process warning is emitted */
  readonly onError: ((error: TracingError) => void) | undefined;
  /** Whether secrets that a message quotes are hidden. */
  readonly redactSecrets: boolean;
  /** More key names whose values are hidden. */
  readonly redactKeys: readonly string[] | undefined;
}

const maxCauses = 100;

/**
 * An `onError` that is told of each cause once: thousands of traces may fail for the same reason. It cannot fail itself.
 */
export function oncePerCause({
  onError,
  redactSecrets,
  redactKeys,
}: OncePerCauseOptions): (error: TracingError) => void {
  const keys = redactSecrets ? new SecretKeys(redactKeys) : undefined;
  const told = new Set<string>();
  return (error) => {
    const cause = `${error.name}/${error instanceof ExportError ? error.exporter : ''}/${String(error.message).replace(/\d+/g, '#')}`;
    if (told.has(cause) || told.size >= maxCauses) return;
    told.add(cause);
    try {
      const clean = keys === undefined ? error : withoutSecrets(error, keys);
      if (onError !== undefined) disown<unknown>(onError(clean));
      else process.emitWarning(clean.message, { type: clean.name, code: 'TRACED_AGENTS' });
    } catch {
      // Who is told of errors has nobody left to tell of its own.
    }
  };
}

/** Messages quote what exporters and callbacks threw: addresses with passwords, keys a server did not like. */
function withoutSecrets(error: TracingError, keys: SecretKeys): TracingError {
  const message = redactText(String(error.message), keys);
  if (message === error.message) return error;
  // A new one of its class, since the error may be an exporter's own. What it has as its cause stays as it was thrown.
  const clean = new TracingError(message, error.cause === undefined ? {} : { cause: error.cause });
  Object.setPrototypeOf(clean, Object.getPrototypeOf(error));
  // The stack quotes the message.
  return Object.assign(clean, error, { message, stack: redactText(String(error.stack), keys) });
}

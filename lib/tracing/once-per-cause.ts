import { ExportError, TracingError } from '../errors.js';
import { disown } from '../utils/answer-now.js';
import { warn } from '../utils/warn.js';
import { type HidingOptions, secretHider } from './capture/hide-secrets.js';

/** Who is told of errors, and what is hidden from them. */
export interface OncePerCauseOptions extends HidingOptions {
  /** @default a process warning is emitted */
  readonly onError: ((error: TracingError) => void) | undefined;
}

const maxCauses = 100;

/**
 * An `onError` that is told of each cause once: thousands of traces may fail for the same reason. It cannot fail itself.
 */
export function oncePerCause({ onError, ...hiding }: OncePerCauseOptions): (error: TracingError) => void {
  const hide = secretHider(hiding);
  const told = new Set<string>();
  return (error) => {
    const cause = `${error.name}/${error instanceof ExportError ? error.exporter : ''}/${String(error.message).replace(/\d+/g, '#')}`;
    if (told.has(cause) || told.size >= maxCauses) return;
    told.add(cause);
    try {
      const clean = withoutSecrets(error, hide);
      if (onError !== undefined) disown<unknown>(onError(clean));
      else warn(clean.message, { type: clean.name, code: 'TRACED_AGENTS' });
    } catch {
      // Who is told of errors has nobody left to tell of its own.
    }
  };
}

function withoutSecrets(error: TracingError, hide: (text: string) => string): TracingError {
  const message = hide(String(error.message));
  if (message === error.message) return error;
  // A new one of its class, since the error may be an exporter's own. What it has as its cause stays as it was thrown.
  const clean = new TracingError(message, error.cause === undefined ? {} : { cause: error.cause });
  Object.setPrototypeOf(clean, Object.getPrototypeOf(error));
  // The stack quotes the message.
  return Object.assign(clean, error, { message, stack: hide(String(error.stack)) });
}

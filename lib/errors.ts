/**
 * Base of every error this package throws or hands to `onError`. Its message says what happened and what to do.
 *
 * @example
 * ```ts
 * try {
 *   init({ sampleRatio: 2 });
 * } catch (error) {
 *   if (error instanceof TracingError) console.error(error.name, error.message); // ConfigurationError ...
 * }
 * ```
 */
export class TracingError extends Error {
  override name = 'TracingError';
}

/** An option or an environment variable that cannot be used; thrown by `init()` and by the constructors of exporters. */
export class ConfigurationError extends TracingError {
  override name = 'ConfigurationError' as const;
}

/** Text or data that is not a trace in MLflow's trace JSON; the message names the place inside it. */
export class TraceFormatError extends TracingError {
  override name = 'TraceFormatError' as const;
}

/** An exporter failed, timed out or was overrun; `exporter` names it. Handed to `onError`, never thrown into the traced program. */
export class ExportError extends TracingError {
  override name = 'ExportError' as const;
  readonly exporter: string;

  constructor(exporter: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exporter = exporter;
  }
}

/** A callback of the user's (`attributes`, `usage`, `name`, `redact`, ...) failed while a call was traced. The call itself was not touched. */
export class CallbackError extends TracingError {
  override name = 'CallbackError' as const;
}

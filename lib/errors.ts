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

  constructor(exporter: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exporter = exporter;
  }
}

/**
 * An exporter's server has refused some traces of a batch for what is in them; the others have arrived. Thrown by exporters, so that only
 * these count as dropped.
 */
export class RejectedTracesError extends TracingError {
  override name = 'RejectedTracesError' as const;
  readonly traceIds: readonly string[];
  /** Why, one for each id. */
  readonly reasons: readonly string[];

  /** @param options - `reasons` say why, one for each id. Where there is none, the message does. */
  constructor(
    traceIds: readonly string[],
    message: string,
    options: { readonly cause?: unknown; readonly reasons?: readonly string[] } = {},
  ) {
    super(message, options);
    this.traceIds = traceIds;
    this.reasons = traceIds.map((_id, index) => options.reasons?.[index] ?? message);
  }
}

/** A callback of the user's (`attributes`, `usage`, `name`, `redact`, ...) failed while a call was traced. The call itself was not touched. */
export class CallbackError extends TracingError {
  override name = 'CallbackError' as const;
}

/**
 * An agent's budget is used up (option `budget` of `@TracedAgent`), and a call of a model or a tool was refused. The one error that
 * tracing may throw into the traced program, and only where a budget was asked for.
 */
export class BudgetExceededError extends TracingError {
  override name = 'BudgetExceededError' as const;
  /** The span of the agent whose budget it is. */
  readonly agent: string;
  /** Which limit was reached. */
  readonly kind: 'tokens' | 'llmCalls' | 'toolCalls' | 'ms';
  readonly limit: number;
  readonly used: number;

  constructor(agent: string, { kind, limit, used }: Pick<BudgetExceededError, 'kind' | 'limit' | 'used'>) {
    super(
      `The budget of '${agent}' is used up: ${used} ${words[kind]}, and ${limit} are allowed. Raise 'budget' of its @TracedAgent, or let the agent end here.`,
    );
    this.agent = agent;
    this.kind = kind;
    this.limit = limit;
    this.used = used;
  }
}

const words = { tokens: 'tokens', llmCalls: 'LLM calls', toolCalls: 'tool calls', ms: 'ms' } as const;

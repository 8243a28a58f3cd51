import type { Trace } from '../../entities/trace.js';
import { type MlflowError, MlflowRequestError, MlflowTooLargeError } from './mlflow-errors.js';

/** Where the traces of one call go. */
export interface Target {
  readonly experimentId: string;
  readonly runId: string | undefined;
  readonly signal: AbortSignal;
}

/** A trace that the server does not take. */
export interface Refusal {
  readonly trace: Trace;
  readonly error: MlflowError;
}

/** Whether the server refuses what it was sent, and not who sent it or when. */
export function isAboutContent(error: unknown): error is MlflowError {
  return error instanceof MlflowRequestError || error instanceof MlflowTooLargeError;
}

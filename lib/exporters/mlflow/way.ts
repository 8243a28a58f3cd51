import type { Trace } from '../../entities/trace.js';
import type { MlflowConnection } from './connection.js';
import type { ExperimentChoice } from './experiments.js';
import { MlflowError, MlflowRequestError, MlflowTooLargeError } from './mlflow-errors.js';

/** Where the traces of an exporter go. */
export interface MlflowDestination {
  readonly connection: MlflowConnection;
  readonly choice: ExperimentChoice;
  readonly runId: string | undefined;
  /** Of a server that has several. */
  readonly workspace: string | undefined;
}

/** Where the traces of one call go. */
export interface Target {
  readonly experimentId: string;
  readonly runId: string | undefined;
  /** Characters of a preview. */
  readonly previewLength: number;
  readonly signal: AbortSignal;
}

/** A trace that the server does not take. */
export interface Refusal {
  readonly trace: Trace;
  readonly error: MlflowError;
}

/** Whether the server refuses what it was sent, and not who sent it or when. */
export function isAboutContent(error: unknown): error is MlflowError {
  return (error instanceof MlflowRequestError && !isRouteMissing(error)) || error instanceof MlflowTooLargeError;
}

/** Whether the server has no such route: an experiment that it does not know, it names. */
export function isRouteMissing(error: unknown): boolean {
  if (!(error instanceof MlflowError)) return false;
  const { status, errorCode } = error;
  return status === 405 || status === 501 || (status === 404 && errorCode !== 'RESOURCE_DOES_NOT_EXIST');
}

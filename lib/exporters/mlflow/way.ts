import type { Trace } from '../../entities/trace.js';
import type { MlflowConnection } from './connection.js';
import type { ExperimentChoice } from './experiments.js';
import { isBusy } from './failure-of.js';
import { MlflowError } from './mlflow-errors.js';

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

/** All others say who sent it, when, or where to: the same trace may be taken later. */
const contentStatuses: ReadonlySet<number | undefined> = new Set([400, 413, 422]);

/** Whether the server refuses what it was sent. */
export function isAboutContent(error: unknown): error is MlflowError {
  return error instanceof MlflowError && contentStatuses.has(error.status) && !isBusy(error);
}

/**
 * What is wrong with the place that traces go to, where refusals tell it: all have the same words, or they speak of the experiment.
 * Too large is a trace by itself.
 */
export function faultOfPlace(refused: readonly Refusal[], sent: number): MlflowError | undefined {
  const [first] = refused;
  if (first === undefined || refused.length < sent || first.error.status === 413) return undefined;
  const { serverMessage } = first.error;
  const isFault =
    sent === 1
      ? /\bactive\b|experiment/i.test(serverMessage)
      : refused.every(({ error }) => error.serverMessage === serverMessage);
  return isFault ? first.error : undefined;
}

/** Whether the server knows the route, and not the experiment: that it names. */
export function isExperimentUnknown(error: unknown): boolean {
  return error instanceof MlflowError && error.status === 404 && error.errorCode === 'RESOURCE_DOES_NOT_EXIST';
}

/** Whether the server has no such route. */
export function isRouteMissing(error: unknown): boolean {
  if (!(error instanceof MlflowError) || isExperimentUnknown(error)) return false;
  return error.status === 404 || error.status === 405 || error.status === 501;
}

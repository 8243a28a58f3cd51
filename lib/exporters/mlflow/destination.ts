import { ConfigurationError } from '../../errors.js';
import type { Environment } from './environment.js';
import type { ExperimentChoice } from './experiments.js';
import { openConnection } from './open-connection.js';
import { readCredentials } from './read-credentials.js';
import type { MlflowDestination } from './way.js';

/** What the options of an exporter say of it. */
export interface DestinationOptions {
  readonly trackingUri?: string;
  readonly experiment?: string;
  readonly experimentId?: string;
  readonly runId?: string;
}

/**
 * Options first, then the environment.
 *
 * @throws {ConfigurationError} for what cannot be used.
 */
export function readDestination(options: DestinationOptions, environment: Environment): MlflowDestination {
  const connection = openConnection({ trackingUri: options.trackingUri, environment, readCredentials });
  const choice = chosenIn(options, environment);
  if (connection.isWorkspace === true) checkPath(choice);
  return {
    connection,
    choice: choice ?? { name: 'Default' },
    runId: options.runId ?? (environment['MLFLOW_RUN_ID'] || undefined),
    workspace: environment['MLFLOW_WORKSPACE'] || undefined,
  };
}

function chosenIn(
  { experiment, experimentId }: DestinationOptions,
  environment: Environment,
): ExperimentChoice | undefined {
  if (experimentId) return { id: experimentId };
  if (experiment !== undefined) return { name: experiment };
  const { MLFLOW_TRACING_DESTINATION: place, MLFLOW_EXPERIMENT_ID: ownId, MLFLOW_EXPERIMENT_NAME: name } = environment;
  const id = experimentIn(place);
  if (id) return { id };
  if (name) return ownId ? { name, expectedId: ownId } : { name };
  return ownId ? { id: ownId } : undefined;
}

/** The id of an experiment; a schema of Unity Catalog is none. */
function experimentIn(place: string | undefined): string | undefined {
  if (!place?.includes('.')) return place;
  throw new ConfigurationError(
    `MLFLOW_TRACING_DESTINATION is '${place}', a schema of Unity Catalog: traces cannot be sent there yet. Set it to the id of an experiment, or choose one by 'experiment' or MLFLOW_EXPERIMENT_NAME.`,
  );
}

/** A workspace has no experiment of its own, and knows them by path. */
function checkPath(choice: ExperimentChoice | undefined): void {
  if (choice !== undefined && ('id' in choice || choice.name.startsWith('/'))) return;
  const what = choice === undefined ? 'none is named' : `'${choice.name}' is none`;
  throw new ConfigurationError(
    `An experiment of a Databricks workspace is a path like '/Shared/demo' or '/Users/<name>/demo', but ${what}. Set experiment, or MLFLOW_EXPERIMENT_NAME or MLFLOW_EXPERIMENT_ID.`,
  );
}

/** The place in words, without secrets: what is sent there by one program may be sent by another. */
export function nameOf({ connection, choice, runId, workspace }: MlflowDestination): string {
  const experiment = 'id' in choice ? `experiment ${choice.id}` : choice.name;
  const more = [workspace && `workspace ${workspace}`, runId && `run ${runId}`].filter(Boolean);
  return ['mlflow', connection.baseUrl, experiment, ...more].join(' ');
}

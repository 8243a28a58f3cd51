import { ConfigurationError, TraceFormatError } from '../../errors.js';
import { parseJson } from '../../utils/parse-json.js';
import { getOwn, isRecord, recordOf } from '../../utils/records.js';
import { MlflowRequestError } from './mlflow-errors.js';
import type { MlflowHttp } from './mlflow-http.js';

/** An experiment: where a server keeps traces. */
export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly lifecycleStage: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which experiment: the one with this id, or the one with this name, made if need be; an id beside the name must be its own. */
export type ExperimentChoice = { readonly id: string } | { readonly name: string; readonly expectedId?: string };

/**
 * The id of the experiment that traces go to. Many programs may start at once: only one of them makes it.
 *
 * @throws {ConfigurationError} for one that does not exist, or was deleted: a server would take traces for it, and hide them; and for
 *   one whose id is not the expected one.
 */
export async function chooseExperiment(
  http: MlflowHttp,
  choice: ExperimentChoice,
  signal?: AbortSignal,
): Promise<string> {
  if ('id' in choice) return usable(await experimentById(http, choice.id, signal), `with the id '${choice.id}'`);
  const found = await experimentByName(http, choice.name, signal);
  if (found !== undefined) return expected(usable(found, `'${choice.name}'`), choice);
  if (choice.expectedId !== undefined) throw notMade(choice.name, choice.expectedId);
  try {
    return await createExperiment(http, { name: choice.name, signal });
  } catch (error) {
    if (!(error instanceof MlflowRequestError)) throw error;
    const made = await experimentByName(http, choice.name, signal); // by another program, in between
    if (made === undefined) throw error;
    return usable(made, `'${choice.name}'`);
  }
}

/** `undefined` if there is none; deleted ones are found. */
export async function experimentByName(
  http: MlflowHttp,
  name: string,
  signal?: AbortSignal,
): Promise<Experiment | undefined> {
  const query = [['experiment_name', name]] as const;
  return experimentIn(await http.find({ method: 'GET', path: `${root}/get-by-name`, query, signal }));
}

/** `undefined` if there is none; deleted ones are found. */
export async function experimentById(
  http: MlflowHttp,
  id: string,
  signal?: AbortSignal,
): Promise<Experiment | undefined> {
  const query = [['experiment_id', id]] as const;
  return experimentIn(await http.find({ method: 'GET', path: `${root}/get`, query, signal }));
}

/** An experiment to be made. */
export interface NewExperiment {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @returns its id. */
export async function createExperiment(http: MlflowHttp, { name, tags = {}, signal }: NewExperiment): Promise<string> {
  const json = { name, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
  const answer = await http.send({ method: 'POST', path: `${root}/create`, json, signal });
  const { experiment_id: id } = recordOf(parseJson(answer));
  if (typeof id !== 'string') throw new TraceFormatError(`The server made the experiment '${name}', but told no id.`);
  return id;
}

/** Makes a deleted experiment active again. */
export async function restoreExperiment(http: MlflowHttp, id: string): Promise<void> {
  await http.send({ method: 'POST', path: `${root}/restore`, json: { experiment_id: id } });
}

const root = '/api/2.0/mlflow/experiments';

function experimentIn(text: string | undefined): Experiment | undefined {
  const { experiment } = recordOf(text === undefined ? undefined : parseJson(text));
  if (!isRecord(experiment)) return undefined;
  return {
    experimentId: String(experiment['experiment_id']),
    name: String(experiment['name']),
    lifecycleStage: String(experiment['lifecycle_stage']),
    tags: tagsIn(experiment['tags']),
  };
}

function tagsIn(tags: unknown): Readonly<Record<string, string>> {
  const pairs = Array.isArray(tags) ? tags.filter(isRecord) : [];
  return Object.fromEntries(pairs.map((tag) => [String(getOwn(tag, 'key')), String(getOwn(tag, 'value'))]));
}

function expected(id: string, choice: { readonly name: string; readonly expectedId?: string }): string {
  const { name, expectedId = id } = choice;
  if (id === expectedId) return id;
  throw new ConfigurationError(
    `The experiment '${name}' has the id '${id}', but MLFLOW_EXPERIMENT_ID is '${expectedId}'. ${remedy}`,
  );
}

/** It would be taken for the wrong one as soon as it is looked up again. */
function notMade(name: string, expectedId: string): ConfigurationError {
  return new ConfigurationError(
    `There is no experiment '${name}', and one that is made would not have the id '${expectedId}'. ${remedy}`,
  );
}

const remedy = 'Unset one of MLFLOW_EXPERIMENT_NAME and MLFLOW_EXPERIMENT_ID.';

function usable(experiment: Experiment | undefined, which: string): string {
  if (experiment === undefined) {
    throw new ConfigurationError(
      `There is no experiment ${which}. Create it, or name one: then it is made if need be.`,
    );
  }
  if (experiment.lifecycleStage === 'deleted') {
    throw new ConfigurationError(
      `The experiment ${which} was deleted. Restore it (MlflowClient.restoreExperiment('${experiment.experimentId}')), or choose another.`,
    );
  }
  return experiment.experimentId;
}
